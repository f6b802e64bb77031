package dev.turnout.benchmarks.fleet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One agent's stream: it asks as agents do, resumes by the revision it has, and waits between two
 * connections as long as they do. For one thread.
 */
final class SimulatedAgent {
  private static final long FIRST_CEILING = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_CEILING = TimeUnit.SECONDS.toNanos(30);
  private static final long HEALTHY = TimeUnit.SECONDS.toNanos(60);
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(45);
  private static final int GZIP_HEAD = 10;

  private final String request;
  private final Unpacking unpacking;
  private final EventScanner events;
  private @Nullable SocketChannel channel;
  private @Nullable AnswerReader answer;
  private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
  private int gzipHead;
  private String lastId = "";
  private long revision = -1;
  private long ceiling = FIRST_CEILING;
  private long startedAt;
  private long heardAt;
  private long spread;
  private boolean served;
  private @Nullable Arrival counted;

  SimulatedAgent(int number, String token, boolean compressed, Unpacking unpacking) {
    this.unpacking = unpacking;
    request =
        "GET /agent/v1/stream?service=fleet&instance=fleet-%d&region=eu&delta=1 HTTP/1.1\r\n"
                .formatted(number)
            + "Host: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: "
            + (compressed ? "gzip" : "identity")
            + "\r\nAuthorization: Bearer "
            + token
            + "\r\n";
    events = new EventScanner(this::event);
  }

  void connecting(SocketChannel opened, long now) {
    channel = opened;
    answer = new AnswerReader(this::body);
    startedAt = now;
    heardAt = now;
    served = false;
    spread = 0;
    gzipHead = GZIP_HEAD;
    packed.reset();
  }

  /** Sends the request, which a new connection takes in at once. */
  void ask(SocketChannel connected) throws IOException {
    String resume = lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n";
    ByteBuffer bytes = ByteBuffer.wrap((request + resume + "\r\n").getBytes(US_ASCII));
    connected.write(bytes);
    if (bytes.hasRemaining()) {
      throw new IOException("a request of " + bytes.limit() + " bytes is not taken in");
    }
  }

  /** Takes what was read; returns whether the answer is at its end. */
  boolean read(byte[] bytes, int length, long now) throws IOException {
    heardAt = now;
    AnswerReader reader = answer;
    return reader == null || reader.feed(bytes, 0, length);
  }

  private void body(byte[] bytes, int from, int to) throws IOException {
    if (status() != 200) {
      return;
    }
    if (!header("content-encoding").equals("gzip")) {
      events.take(bytes, from, to);
      return;
    }
    int skipped = Math.min(gzipHead, to - from);
    gzipHead -= skipped;
    packed.write(bytes, from + skipped, to - from - skipped);
    byte[] pieces = packed.toByteArray();
    if (Unpacking.isWhole(pieces, pieces.length)) {
      packed.reset();
      byte[] plain = unpacking.unpack(pieces);
      events.take(plain, 0, plain.length);
    }
  }

  private void event(String type, String id, String data) {
    if (type.equals("snapshot") || type.equals("delta")) {
      lastId = id;
      revision = Long.parseLong(id.substring(id.indexOf(':') + 1));
    } else if (type.equals("goodbye")) {
      spread = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(data.replaceAll("[^0-9]", "")));
    }
  }

  /** Tells of the revision, once, if it is there. */
  void tell(@Nullable Arrival expected) {
    if (expected != null && counted != expected && revision >= expected.revision()) {
      counted = expected;
      expected.arrived();
    }
  }

  /** The status of the answer; 0 as long as there is none. */
  int status() {
    AnswerReader reader = answer;
    return reader == null ? 0 : reader.status();
  }

  private String header(String name) {
    AnswerReader reader = answer;
    return reader == null ? "" : reader.header(name);
  }

  /** Returns whether it is a stream by now, and was none when last asked. */
  boolean isNewlyServed() {
    if (served || status() != 200) {
      return false;
    }
    served = true;
    return true;
  }

  boolean isServed() {
    return served;
  }

  boolean isSilent(long now) {
    return channel != null && now - heardAt > SILENCE;
  }

  @Nullable SocketChannel channel() {
    return channel;
  }

  /** The connection is gone; returns how long to wait for the next, in nanoseconds. */
  long ended(long now, RandomGenerator random) {
    String retryAfter = status() == 503 ? header("retry-after") : "";
    channel = null;
    answer = null;
    boolean healthy = served && now - startedAt > HEALTHY;
    served = false;
    if (spread > 0) {
      return (long) (spread * random.nextDouble());
    }
    if (healthy) {
      ceiling = FIRST_CEILING;
    }
    long wait = (long) (ceiling * random.nextDouble());
    ceiling = Math.min(LAST_CEILING, 2 * ceiling);
    return wait + (retryAfter.isEmpty() ? 0 : TimeUnit.SECONDS.toNanos(Long.parseLong(retryAfter)));
  }
}
