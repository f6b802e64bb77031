package dev.turnout.server.store;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Permissions of what only the server's own user may see, from the first moment on. */
public final class OwnerOnly {
  private OwnerOnly() {}

  /** Those of a new file. */
  public static FileAttribute<?>[] file() {
    return attributes("rw-------");
  }

  /** Those of a new folder. */
  public static FileAttribute<?>[] folder() {
    return attributes("rwx------");
  }

  private static FileAttribute<?>[] attributes(String permissions) {
    // Windows knows no such permissions; there the folder's own rules protect the file.
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
