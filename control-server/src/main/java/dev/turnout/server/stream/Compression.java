package dev.turnout.server.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Gzip (RFC 1952) for many readers at once. A stream to one reader is {@link #head} and then any
 * {@link #piece pieces}, each of which was compressed by itself, refers to nothing before it and
 * ends on a whole byte with all that went in: so one piece serves everybody, whatever else each of
 * them has been sent. The stream never comes to its end, and so has no checksum. Fast rather than
 * small, for a kill waits for it.
 */
public final class Compression {
  private static final byte[] HEAD = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, 0};
  private static final int CHUNK = 8 << 10;

  private Compression() {}

  /** Returns whether a reader with that {@code Accept-Encoding} takes gzip. */
  public static boolean isAccepted(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = coding.split(";", -1);
      String weight = parts.length == 1 ? "" : parts[1].strip();
      if (parts[0].strip().equals("gzip") && !weight.matches("q=0(\\.0*)?")) {
        return true;
      }
    }
    return false;
  }

  /** What a compressed stream begins with. */
  static byte[] head() {
    return HEAD.clone();
  }

  /** A part of a stream. */
  static byte[] piece(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(plain);
      ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 8 + 64);
      byte[] chunk = new byte[CHUNK];
      int size;
      do {
        size = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
        packed.write(chunk, 0, size);
      } while (size == chunk.length);
      return packed.toByteArray();
    } finally {
      deflater.end();
    }
  }

  /** A whole document. */
  static byte[] whole(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 8 + 64);
    try (OutputStream out = new Fast(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written to", e);
    }
    return packed.toByteArray();
  }

  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream out) throws IOException {
      super(out, CHUNK);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
