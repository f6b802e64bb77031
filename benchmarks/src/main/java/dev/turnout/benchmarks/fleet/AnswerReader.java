package dev.turnout.benchmarks.fleet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.1 answer in whatever pieces it comes: its head, and a body that has a length or
 * comes in chunks. Not safe for use by several threads.
 */
final class AnswerReader {
  /** Takes the body, piece by piece. */
  interface Body {
    /** Takes the bytes from {@code from} on, {@code to} excluded. */
    void take(byte[] bytes, int from, int to) throws IOException;
  }

  private enum Place {
    STATUS,
    HEADER,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    BODY,
    END
  }

  private final Body body;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
  private final Map<String, String> headers = new LinkedHashMap<>();
  private Place place = Place.STATUS;
  private int status;
  private long left;

  AnswerReader(Body body) {
    this.body = body;
  }

  /** Takes what came; returns whether the answer is at its end. */
  boolean feed(byte[] bytes, int from, int to) throws IOException {
    int at = from;
    while (at < to && place != Place.END) {
      if (place == Place.BODY || place == Place.CHUNK) {
        int end = (int) Math.min(to, at + left);
        body.take(bytes, at, end);
        left -= end - at;
        at = end;
        if (left == 0) {
          place = place == Place.BODY ? Place.END : Place.CHUNK_END;
        }
      } else {
        byte b = bytes[at++];
        if (b == '\n') {
          endOfLine();
        } else if (b != '\r') {
          line.write(b);
        }
      }
    }
    return place == Place.END;
  }

  private void endOfLine() throws IOException {
    String text = line.toString(US_ASCII);
    line.reset();
    switch (place) {
      case STATUS -> {
        if (!text.matches("HTTP/1\\.1 [0-9]{3}.*")) {
          throw new IOException("no HTTP answer: " + text);
        }
        status = Integer.parseInt(text.substring(9, 12));
        place = Place.HEADER;
      }
      case HEADER -> {
        if (text.isEmpty()) {
          endOfHead();
        } else {
          int colon = text.indexOf(':');
          headers.put(
              text.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT),
              text.substring(colon + 1).strip());
        }
      }
      case CHUNK_SIZE -> {
        left = Long.parseLong(text.strip(), 16);
        place = left == 0 ? Place.TRAILER : Place.CHUNK;
      }
      case CHUNK_END -> place = Place.CHUNK_SIZE;
      case TRAILER -> place = text.isEmpty() ? Place.END : Place.TRAILER;
      default -> throw new IllegalStateException(place.name());
    }
  }

  private void endOfHead() {
    if ("chunked".equalsIgnoreCase(header("transfer-encoding"))) {
      place = Place.CHUNK_SIZE;
    } else if (status == 204 || status == 304) {
      place = Place.END;
    } else {
      String length = header("content-length");
      left = length.isEmpty() ? Long.MAX_VALUE : Long.parseLong(length);
      place = left == 0 ? Place.END : Place.BODY;
    }
  }

  /** 0 as long as it is not known. */
  int status() {
    return place == Place.HEADER ? 0 : status;
  }

  /** The header of that name in lower case; empty if there is none. */
  String header(String name) {
    return headers.getOrDefault(name, "");
  }
}
