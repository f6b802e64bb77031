package dev.turnout.server.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Copies a server's database file while the server runs or not. The copy is one state that the
 * database was in, with every change that was acknowledged before: SQLite reads it in one
 * transaction, which in write-ahead mode holds up nobody who writes.
 */
public final class Backup {
  private Backup() {}

  /**
   * Writes a copy and reads it again.
   *
   * @param folder a server's data directory
   * @param target the copy, for its owner only; must not exist yet, and is there as a whole or not
   *     at all
   * @return what is in the copy; its audit need not be whole, for a backup is wanted then too
   * @throws IOException saying in one line why there is no copy
   */
  public static Contents write(Path folder, Path target) throws IOException {
    Path file = folder.resolve(DataDirectory.DATABASE);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "there is no " + file + "; a PostgreSQL database is backed up by pg_dump");
    }
    if (Files.exists(target)) {
      throw new IOException(target + " is there already");
    }
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(target + " is no file");
    }
    Path temporary = temporary(parent, target);
    try {
      copy(file, temporary);
      DatabaseFile.sync(temporary, StandardOpenOption.WRITE);
      DatabaseFile.checkIntegrity(temporary, file);
      Contents contents = DatabaseFile.contents(temporary, null);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      DatabaseFile.sync(parent, StandardOpenOption.READ);
      return contents;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  // In the same folder, so that it can be renamed; and there from the first moment, so that nobody
  // else can read what is written to it.
  private static Path temporary(Path parent, Path target) throws IOException {
    try {
      return Files.createTempFile(
          parent, "." + target.getFileName() + ".", ".tmp", OwnerOnly.file());
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      throw new IOException("there is no folder " + parent, e);
    }
  }

  private static void copy(Path file, Path target) throws IOException {
    try (Connection connection = DatabaseFile.read(file);
        PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
      vacuum.setString(1, target.toString());
      vacuum.execute();
    } catch (SQLException e) {
      throw new IOException(file + " cannot be copied: " + e.getMessage(), e);
    }
  }
}
