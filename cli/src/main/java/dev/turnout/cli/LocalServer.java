package dev.turnout.cli;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.ControlServer;
import dev.turnout.server.StartException;
import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Starts the control server in this process; every reason why it does not is one line. */
final class LocalServer {
  private LocalServer() {}

  static ControlServer start(
      String host, int port, Path data, String env, ServerDatabase database) {
    try {
      return ControlServer.start(
          new ControlServer.Settings(host, port, data, env).on(url(database)));
    } catch (InvalidFlagException e) {
      throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
    } catch (StartException e) {
      throw new CommandFailure(
          ExitCode.REFUSED, "the control server does not start: " + e.getMessage());
    }
  }

  private static @Nullable PostgresUrl url(ServerDatabase database) {
    String url = database.url();
    Path passwordFile = database.passwordFile();
    if (url == null) {
      if (database.user() != null || passwordFile != null) {
        throw new InvalidFlagException(
            "database-url", "must be given with a database's user or password");
      }
      return null;
    }
    return new PostgresUrl(
        url, database.user(), passwordFile == null ? null : password(passwordFile));
  }

  private static String password(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new InvalidFlagException(
          "database-password-file", "cannot be read: " + e.getClass().getSimpleName() + " " + file);
    }
  }
}
