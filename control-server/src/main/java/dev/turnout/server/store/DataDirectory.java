package dev.turnout.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A server's folder, for that server alone while it is open: a second one would not hear of the
 * first one's changes and serve stale flags. The lock ends with the process, however that ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** The database in the folder. */
  public static final String DATABASE = "turnout.db";

  private static final String LOCK = "server.lock";

  // The system's lock is held by the whole process, and lost when any channel to the file closes.
  private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private DataDirectory(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Opens the folder, creating it if absent, for this process's user only.
   *
   * @throws IOException saying in one line why it cannot be used
   */
  public static DataDirectory open(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new IOException("the data directory " + path + " is a file");
    }
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path, OwnerOnly.folder());
      }
      return lock(path.toRealPath());
    } catch (IOException e) {
      throw new IOException("the data directory " + path + " cannot be used: " + reason(e), e);
    }
  }

  private static DataDirectory lock(Path folder) throws IOException {
    if (!OPEN_HERE.add(folder)) {
      throw inUse();
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              OwnerOnly.file());
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse();
      }
      locked = true;
      return new DataDirectory(folder, channel);
    } finally {
      if (!locked) {
        OPEN_HERE.remove(folder);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static IOException inUse() {
    return new IOException("another control server is running on it");
  }

  // The message of many of these exceptions is the path and nothing else.
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "access to " + e.getMessage() + " is denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + " is a file";
    }
    return e instanceof NoSuchFileException
        ? e.getMessage() + " cannot be created"
        : String.valueOf(e.getMessage());
  }

  /** The folder's real path. */
  public Path path() {
    return folder;
  }

  /** Lets another server have it. */
  @Override
  public void close() throws IOException {
    channel.close();
    OPEN_HERE.remove(folder);
  }
}
