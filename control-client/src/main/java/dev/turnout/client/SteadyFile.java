package dev.turnout.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is read again and again, by whoever must not wait for a disk that hangs: it is
 * read on a thread of its own, there for as long as that takes; and where that is too long, what
 * was read last counts. Safe for use by several threads.
 */
public final class SteadyFile {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Path file;
  private final int maxBytes;
  private @Nullable FutureTask<byte[]> reading;
  private long begunNanos;
  private byte @Nullable [] last;

  /**
   * Creates it; nothing is read yet.
   *
   * @param maxBytes what it may have at most
   */
  public SteadyFile(Path file, int maxBytes) {
    this.file = file.toAbsolutePath();
    this.maxBytes = maxBytes;
  }

  /** Which file. */
  public Path path() {
    return file;
  }

  /**
   * Returns what is in the file; if it takes longer than 2 s to read, what was in it before.
   *
   * @throws IOException if it cannot be read or is too large, or was never read in time
   */
  public byte[] read() throws IOException {
    FutureTask<byte[]> task = begin();
    try {
      return task.get(left(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      byte[] known = last();
      if (known != null) {
        return known;
      }
      throw new IOException(file + " takes longer than 2 s to read", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException problem) {
        throw problem;
      }
      throw new IOException(file + " cannot be read: " + e.getCause(), e);
    } catch (InterruptedException e) {
      // Nobody has a reason to, and a thread that stays interrupted would never read again.
      throw new IOException("reading " + file + " was interrupted", e);
    }
  }

  private synchronized FutureTask<byte[]> begin() {
    FutureTask<byte[]> underway = reading;
    if (underway == null || underway.isDone()) {
      underway = new FutureTask<>(this::readNow);
      reading = underway;
      begunNanos = System.nanoTime();
      start(underway);
    }
    return underway;
  }

  private static void start(Runnable task) {
    try {
      Thread thread = new Thread(null, task, "turnout-read", 0, false);
      thread.setDaemon(true);
      thread.setContextClassLoader(SteadyFile.class.getClassLoader());
      thread.start();
    } catch (OutOfMemoryError noThreadToBeHad) {
      task.run();
    }
  }

  private byte[] readNow() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new IOException(file + " is larger than " + maxBytes + " bytes");
      }
      keep(content);
      return content;
    }
  }

  private synchronized long left() {
    return Math.max(0, LONGEST_NANOS - (System.nanoTime() - begunNanos));
  }

  private synchronized void keep(byte[] content) {
    last = content;
  }

  private synchronized byte @Nullable [] last() {
    return last;
  }
}
