package dev.turnout.benchmarks.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Follows server-sent events and keeps no more of a line than its beginning, so that ten thousand
 * agents can be simulated on one thread: what a real agent does with a document is its own cost,
 * and not the server's. Not safe for use by several threads.
 */
final class EventScanner {
  /** Is told of every event when it is there to its last byte. */
  interface Sink {
    /**
     * Takes an event.
     *
     * @param type its name
     * @param id its id
     * @param data the first bytes of its data
     */
    void event(String type, String id, String data);
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long NEW_LINES = ONES * '\n';

  private final Sink sink;
  private final byte[] beginning = new byte[96];
  private int kept;
  private String type = "";
  private String id = "";
  private String data = "";

  EventScanner(Sink sink) {
    this.sink = sink;
  }

  void take(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (kept == beginning.length) {
        at = newLine(bytes, at, to);
        if (at == to) {
          return;
        }
      }
      byte b = bytes[at++];
      if (b == '\n') {
        endOfLine();
      } else {
        beginning[kept++] = b;
      }
    }
  }

  // Eight bytes at a time; whether one of them is zero is H. S. Warren, Hacker's Delight, 6-1.
  private static int newLine(byte[] bytes, int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long word = (long) LONGS.get(bytes, at) ^ NEW_LINES;
      if (((word - ONES) & ~word & (ONES << 7)) != 0) {
        break;
      }
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private void endOfLine() {
    if (kept == 0) {
      if (!type.isEmpty()) {
        sink.event(type, id, data);
      }
      type = "";
      data = "";
      return;
    }
    String line = new String(beginning, 0, kept, UTF_8);
    kept = 0;
    if (line.startsWith("event: ")) {
      type = line.substring(7);
    } else if (line.startsWith("id: ")) {
      id = line.substring(4);
    } else if (line.startsWith("data: ")) {
      data = line.substring(6);
    }
  }
}
