package dev.turnout.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A database file, looked at from outside: by no server, and without changing anything. */
final class DatabaseFile {
  private static final int BUSY_MILLIS = 5_000;
  private static final int MOST_DAMAGE = 3;

  private DatabaseFile() {}

  /** Opens the file for reading only; a server may be running on it. */
  static Connection read(Path file) throws SQLException {
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setReadOnly(true);
    sqlite.setBusyTimeout(BUSY_MILLIS);
    SQLiteDataSource source = new SQLiteDataSource(sqlite);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source.getConnection();
  }

  /**
   * Reads the whole file.
   *
   * @param name what people call it
   * @throws IOException saying in one line what is damaged, or that it is no database
   */
  static void checkIntegrity(Path file, Path name) throws IOException {
    List<String> damage = new ArrayList<>();
    try (Connection connection = read(file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check(" + MOST_DAMAGE + ")")) {
      while (rows.next()) {
        damage.add(rows.getString(1).replaceAll("\\s+", " "));
      }
    } catch (SQLException e) {
      throw new IOException(name + " cannot be read: " + e.getMessage(), e);
    }
    if (!damage.equals(List.of("ok"))) {
      throw new IOException(name + " is damaged: " + String.join("; ", damage));
    }
  }

  /**
   * Says what is in the file.
   *
   * @param expected a head of the audit that is known from elsewhere; null if none
   */
  static Contents contents(Path file, @Nullable AuditHead expected) throws IOException {
    try (Connection connection = read(file)) {
      Jdbi jdbi = Jdbi.create(connection);
      AuditCheck audit = AuditCheck.run(new AuditLog(jdbi), expected);
      return jdbi.withHandle(handle -> Contents.of(handle, audit));
    } catch (SQLException | JdbiException e) {
      throw unreadable(file, e);
    }
  }

  private static IOException unreadable(Path file, Exception why) {
    return new IOException(
        file
            + " cannot be read: "
            + why.getMessage()
            + ". A database of an older version has to be opened by this one's server first",
        why);
  }

  /** Has what was written to the file, or the names in a folder, outlive the loss of power. */
  static void sync(Path path, StandardOpenOption access) throws IOException {
    try (FileChannel channel = FileChannel.open(path, access)) {
      channel.force(true);
    }
  }
}
