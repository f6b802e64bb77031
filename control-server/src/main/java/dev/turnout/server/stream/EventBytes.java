package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * An event as it goes over the wire, put into bytes and compressed once for all readers; the latter
 * not before somebody wants it. Safe for use by several threads.
 */
final class EventBytes {
  private final byte[] plain;
  private byte @Nullable [] packed;

  EventBytes(byte[] plain) {
    this.plain = plain;
  }

  static EventBytes of(String text) {
    return new EventBytes(text.getBytes(UTF_8));
  }

  /** The same array for every reader; not to be changed. */
  byte[] as(boolean compressed) {
    return compressed ? packed() : plain;
  }

  private synchronized byte[] packed() {
    byte[] ready = packed;
    if (ready == null) {
      ready = Compression.piece(plain);
      packed = ready;
    }
    return ready;
  }
}
