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
import org.jspecify.annotations.Nullable;

/**
 * The flags file, looked at again and again. Content is compared and not the time of its last
 * change, which is too coarse and which some deployments set back. Used by one thread.
 */
final class FlagsFile {
  private static final int MAX_BYTES = 64 << 20;

  private final File file;
  private byte @Nullable [] seen;
  private String lastProblem = "";

  FlagsFile(File file) {
    this.file = file;
  }

  /** Returns what the file says if it changed since the last look, else null. */
  @Nullable Snapshot changed() {
    try {
      byte[] content = read();
      if (Arrays.equals(content, seen)) {
        return null;
      }
      seen = content;
      Snapshot snapshot =
          FlagsFileCodec.read(file.getPath(), content, Instant.ofEpochMilli(file.lastModified()));
      lastProblem = "";
      return snapshot;
    } catch (IOException e) {
      tell("the flags file cannot be read, what was read last stays in force: " + e.getMessage());
    } catch (CodecException e) {
      tell("the flags file is wrong, what was read last stays in force: " + e.getMessage());
    }
    return null;
  }

  private byte[] read() throws IOException {
    try (InputStream in = new FileInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      return content;
    }
  }

  private void tell(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      AgentLog.line(problem);
    }
  }
}
