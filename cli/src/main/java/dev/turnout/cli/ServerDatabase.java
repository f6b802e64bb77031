package dev.turnout.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code turnout server} that say which database it is to use. */
final class ServerDatabase {
  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = {
        "A PostgreSQL database instead of a file in the data directory,",
        "such as jdbc:postgresql://HOST:5432/turnout. Several servers may use the same one,",
        "each with a data directory of its own."
      })
  private @Nullable String url;

  @Option(
      names = "--database-user",
      paramLabel = "NAME",
      description = "Who opens the database, if the URL does not say.")
  private @Nullable String user;

  @Option(
      names = "--database-password-file",
      paramLabel = "FILE",
      description = "A file whose first line is the password for the database.")
  private @Nullable Path passwordFile;

  /** Null for a file in the data directory. */
  @Nullable String url() {
    return url;
  }

  @Nullable String user() {
    return user;
  }

  @Nullable Path passwordFile() {
    return passwordFile;
  }

  /** The same, with a relative file found from {@code directory}. */
  ServerDatabase from(Path directory) {
    ServerDatabase resolved = new ServerDatabase();
    resolved.url = url;
    resolved.user = user;
    resolved.passwordFile = passwordFile == null ? null : directory.resolve(passwordFile);
    return resolved;
  }
}
