package dev.turnout.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** The audit of a server's folder, read without the server and without changing anything. */
public final class AuditFile {
  private AuditFile() {}

  /**
   * Reads the whole audit again.
   *
   * @param folder a server's data directory; the server may run
   * @param expected a head that is known from elsewhere; null if none
   * @throws IOException saying in one line why there is nothing that could be checked
   */
  public static AuditCheck check(Path folder, @Nullable AuditHead expected) throws IOException {
    Path file = folder.resolve(DataDirectory.DATABASE);
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no " + file);
    }
    try (Connection connection = DatabaseFile.read(file)) {
      return AuditCheck.run(new AuditLog(Jdbi.create(connection)), expected);
    } catch (SQLException | JdbiException e) {
      throw new IOException(
          "the audit in "
              + file
              + " cannot be read: "
              + e.getMessage()
              + ". A database of an older version has to be opened by this one's server first",
          e);
    }
  }
}
