package dev.turnout.benchmarks.fleet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks the pieces of compressed streams, each once for all simulated agents: agents have
 * processors of their own, and here ten thousand share one with the server. That works since the
 * server compresses a piece once for all readers; an agent whose bytes differ by one bit is
 * unpacked by itself. For one thread.
 */
final class Unpacking {
  private static final int MOST_KEPT = 16;
  // What deflate ends a piece with: an empty block, without its first bits.
  private static final byte[] END = {0, 0, (byte) 0xff, (byte) 0xff};

  private final Map<Key, byte[]> known =
      new LinkedHashMap<>(MOST_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /** Bytes, compared by what they are. */
  private static final class Key {
    private final byte[] bytes;
    private final int hash;

    Key(byte[] bytes) {
      this.bytes = bytes;
      hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** Returns whether what came so far may be whole pieces. */
  static boolean isWhole(byte[] bytes, int size) {
    return size >= END.length && Arrays.equals(bytes, size - END.length, size, END, 0, END.length);
  }

  /** Unpacks whole pieces. */
  byte[] unpack(byte[] pieces) throws IOException {
    Key key = new Key(pieces);
    byte[] plain = known.get(key);
    if (plain == null) {
      plain = inflate(pieces);
      known.put(key, plain);
    }
    return plain;
  }

  private static byte[] inflate(byte[] pieces) throws IOException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(pieces);
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      byte[] chunk = new byte[64 << 10];
      int size;
      while ((size = inflater.inflate(chunk)) > 0) {
        plain.write(chunk, 0, size);
      }
      return plain.toByteArray();
    } catch (DataFormatException e) {
      throw new IOException("a piece of the stream is not compressed by itself", e);
    } finally {
      inflater.end();
    }
  }
}
