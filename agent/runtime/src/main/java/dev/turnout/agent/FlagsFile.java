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
import org.jspecify.annotations.Nullable;

/**
 * The flags file, looked at again and again. The content of a small file is compared, for the time
 * of its last change is coarse and some deployments set it back; a larger one is read again when
 * its length or time differs, for it is read into the application's memory. Used by one thread, but
 * for what is wrong with it.
 */
final class FlagsFile {
  private static final long MAX_BYTES = 4 << 20;
  private static final long SMALL_BYTES = 64 << 10;

  private final File file;
  private byte @Nullable [] seen;
  private long seenLength = -1;
  private long seenModified = -1;
  private String problemOfSeen = "";
  private volatile String lastProblem = "";

  FlagsFile(File file) {
    this.file = file;
  }

  /** What is wrong with the file since it was last read; empty if nothing is. For any thread. */
  String problem() {
    return lastProblem;
  }

  /**
   * Hands over what the file says if it changed since that was last taken. If the taker throws, it
   * gets the same at the next look.
   */
  void look(Consumer<Snapshot> taker) {
    try {
      long modified = file.lastModified();
      byte[] content = read(modified);
      if (content == null || Arrays.equals(content, seen)) {
        // It may have been away in between.
        lastProblem = problemOfSeen;
        return;
      }
      String problem = "";
      try {
        taker.accept(FlagsFileCodec.read(file.getPath(), content, Instant.ofEpochMilli(modified)));
      } catch (CodecException e) {
        problem = "the flags file is wrong, what was read last stays in force: " + e.getMessage();
        tell(problem);
      }
      seen = content.length <= SMALL_BYTES ? content : null;
      seenLength = content.length;
      seenModified = modified;
      problemOfSeen = problem;
      lastProblem = problem;
    } catch (IOException e) {
      tell("the flags file cannot be read, what was read last stays in force: " + e.getMessage());
    }
  }

  /** Returns the content; null if it is large and seems unchanged. */
  private byte @Nullable [] read(long modified) throws IOException {
    if (file.exists() && !file.isFile()) {
      // To read a pipe would wait for whoever writes to it.
      throw new IOException(file + " is not a regular file");
    }
    long length = file.length();
    if (length > MAX_BYTES) {
      throw new IOException(
          file + " has " + length + " bytes, more than the " + MAX_BYTES + " allowed");
    }
    if (length > SMALL_BYTES && length == seenLength && modified == seenModified) {
      return null;
    }
    try (InputStream in = new FileInputStream(file)) {
      return in.readNBytes((int) MAX_BYTES);
    }
  }

  private void tell(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      AgentLog.line(problem);
    }
  }
}
