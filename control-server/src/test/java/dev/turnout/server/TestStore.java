package dev.turnout.server;

import dev.turnout.server.store.Database;
import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The store that tests run on where they do not say: SQLite, or with {@code
 * -Dturnout.test.store=postgresql} PostgreSQL, so that there is one suite for both.
 */
public final class TestStore {
  private static final boolean POSTGRESQL =
      "postgresql".equals(System.getProperty("turnout.test.store"));

  private static final Map<Path, PostgresUrl> DATABASES = new ConcurrentHashMap<>();

  private static @Nullable Path emptyFile;

  private TestStore() {}

  /** Returns whether it is a file in the data directory. */
  static boolean isFile() {
    return !POSTGRESQL;
  }

  /** Opens the database that belongs to a data directory. */
  public static Database open(Path data) throws IOException {
    PostgresUrl url = database(data);
    return url == null ? Database.open(data.resolve("turnout.db")) : Database.open(url);
  }

  /** The database that belongs to a data directory; null for the file in it. */
  static @Nullable PostgresUrl database(Path data) throws IOException {
    if (!POSTGRESQL) {
      return null;
    }
    PostgresUrl url = DATABASES.get(data);
    if (url == null) {
      url = PostgresServer.shared().migrated();
      DATABASES.put(data, url);
    }
    return url;
  }

  /**
   * Puts a database file without anything in it into a data directory that has none, for the
   * migrations take longer than most tests.
   */
  static void prepare(Path data) throws IOException {
    Path file = data.resolve("turnout.db");
    if (Files.notExists(file)) {
      Files.copy(empty(), file, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static synchronized Path empty() throws IOException {
    Path file = emptyFile;
    if (file == null) {
      file = Files.createTempDirectory("turnout-empty").resolve("turnout.db");
      Database.open(file).close();
      file.toFile().deleteOnExit();
      file.getParent().toFile().deleteOnExit();
      emptyFile = file;
    }
    return file;
  }
}
