package dev.turnout.agent;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.FlagsFileCodec;
import dev.turnout.flags.Snapshot;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The flags file, looked at again and again. The content of a small file is compared, for the time
 * of its last change is coarse and some deployments set it back; a larger one is read again when
 * its length or time differs, and else now and then, for it is read into the application's memory.
 * Used by one thread, but for what is wrong with it.
 */
final class FlagsFile {
  private static final long MAX_BYTES = 4 << 20;
  private static final long SMALL_BYTES = 64 << 10;
  private static final long MILLIS_TO_SETTLE = 30;
  private static final int MOST_READS = 10;
  private static final int LOOKS_PER_READING = 20;

  private final File file;
  private final Pause pause;
  private long seenSum;
  private int looks;
  private long seenLength = -1;
  private long seenModified = -1;
  private String problemOfSeen = "";
  private Snapshot taken = Snapshot.EMPTY;
  private volatile String lastProblem = "";

  /**
   * What was read at once.
   *
   * @param modified the time of the file's last change before
   */
  private record Content(byte[] bytes, long modified) {}

  /** Waits, as {@link Thread#sleep(long)} does. */
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  FlagsFile(File file) {
    this(file, Thread::sleep);
  }

  FlagsFile(File file, Pause pause) {
    this.file = file;
    this.pause = pause;
  }

  /** What is wrong with the file since it was last read; empty if nothing is. For any thread. */
  String problem() {
    return lastProblem;
  }

  /**
   * Hands over what the file says if it changed since that was last taken; of content that is wrong
   * only what it stops. If the taker throws, it gets the same at the next look. Takes a moment more
   * where there is a change.
   *
   * @throws InterruptedException if the thread is to end; the change comes with the next look
   */
  void look(Consumer<Snapshot> taker) throws InterruptedException {
    try {
      Content content = changed();
      if (content == null) {
        // It may have been away in between.
        lastProblem = problemOfSeen;
        return;
      }
      String problem = take(content, taker);
      if (!problem.isEmpty()) {
        // Again if it is what was wrong before: who changed the file has to know that it still is.
        AgentLog.line(problem);
      }
      seenSum = sum(content.bytes());
      seenLength = content.bytes().length;
      seenModified = content.modified();
      problemOfSeen = problem;
      lastProblem = problem;
    } catch (IOException e) {
      tell("the flags file cannot be read, what was read last stays in force: " + e.getMessage());
    }
  }

  // Returns what is wrong with it; empty if nothing is.
  private String take(Content content, Consumer<Snapshot> taker) {
    Instant modified = Instant.ofEpochMilli(content.modified());
    Snapshot read;
    String problem = "";
    try {
      read = FlagsFileCodec.read(file.getPath(), content.bytes(), modified);
    } catch (CodecException e) {
      read = FlagsFileCodec.readStops(file.getPath(), content.bytes(), modified, taken);
      problem =
          "the flags file is wrong, what was read last stays in force, but kills in it count: "
              + e.getMessage();
    }
    if (problem.isEmpty() || !read.equals(taken)) {
      taker.accept(read);
      taken = read;
    }
    return problem;
  }

  /** Returns the content; null if it seems to be what was seen. */
  private @Nullable Content changed() throws IOException, InterruptedException {
    long length = length();
    looks++;
    // Such a file may be put in place of one of the same length and time, so it is read now and
    // then all the same.
    if (length > SMALL_BYTES
        && length == seenLength
        && file.lastModified() == seenModified
        && looks % LOOKS_PER_READING != 0) {
      return null;
    }
    Content content = read();
    if (content.bytes().length == seenLength && sum(content.bytes()) == seenSum) {
      return null;
    }
    // Who writes a file in place makes it empty first, and it is read half-way then: of the flags
    // that are still to come one may be killed. What changes all the time is taken as it is.
    for (int i = 0; i < MOST_READS && seenLength >= 0; i++) {
      pause.millis(MILLIS_TO_SETTLE);
      Content again = read();
      if (Arrays.equals(again.bytes(), content.bytes())) {
        break;
      }
      content = again;
    }
    return content;
  }

  private static long sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }

  private Content read() throws IOException {
    length();
    // Before it is read: a change meanwhile is one that is still to be seen.
    long modified = file.lastModified();
    try (InputStream in = new FileInputStream(file)) {
      return new Content(in.readNBytes((int) MAX_BYTES), modified);
    }
  }

  private long length() throws IOException {
    if (file.exists() && !file.isFile()) {
      // To read a pipe would wait for whoever writes to it.
      throw new IOException(file + " is not a regular file");
    }
    long length = file.length();
    if (length > MAX_BYTES) {
      throw new IOException(
          file + " has " + length + " bytes, more than the " + MAX_BYTES + " allowed");
    }
    return length;
  }

  private void tell(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      AgentLog.line(problem);
    }
  }
}
