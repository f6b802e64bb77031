package dev.turnout.client;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the way to the server: when it last answered as it should, and what is wrong at
 * present. An answer that lets nobody in is no contact, or a revoked token would look like a server
 * that is there. Safe for use by several threads; nobody waits.
 */
final class Contact {
  /** What the server is asked for. */
  enum Way {
    STREAM("stream"),
    POLL("poll"),
    REPORT("reports");

    private final String word;

    Way(String word) {
      this.word = word;
    }
  }

  // Four polls, and longer than a server takes to restart under its fleet.
  private static final Duration LOST = Duration.ofMinutes(2);

  // Between two looks; then it was the JVM that was away, and the server may be there.
  private static final Duration STANDSTILL = Duration.ofSeconds(10);
  private static final int MAX_PROBLEM = 300;

  private final String server;
  private final LongSupplier nanos;
  private final Warnings warnings;
  private final Map<Way, String> problems = new EnumMap<>(Way.class);
  private long heardNanos;
  private boolean met;
  private boolean connected;
  private long lookedNanos;
  private long awaitedNanos;
  private boolean lost;
  private long lostNanos;

  /**
   * Begins to wait for the server.
   *
   * @param server for people
   */
  Contact(String server, LongSupplier nanos, Warnings warnings) {
    this.server = server;
    this.nanos = nanos;
    this.warnings = warnings;
    heardNanos = nanos.getAsLong();
    lookedNanos = heardNanos;
    awaitedNanos = heardNanos;
  }

  /** The server was heard, as it should be. */
  synchronized void heard() {
    heardNanos = nanos.getAsLong();
    met = true;
  }

  /** It was heard, and nothing is wrong with this way any more. */
  synchronized void well(Way way) {
    problems.remove(way);
    heard();
  }

  /** The stream is there; whether anything comes of it is yet to be seen. */
  synchronized void connected() {
    connected = true;
    problems.remove(Way.STREAM);
  }

  /**
   * The stream waits for its next attempt.
   *
   * @param why for people; empty if that is as it should be
   */
  synchronized void waits(String why) {
    connected = false;
    if (!why.isEmpty()) {
      problems.put(Way.STREAM, why);
    }
  }

  /**
   * Something is wrong with one way.
   *
   * @param why for people
   * @return whether that is new
   */
  synchronized boolean failed(Way way, String why) {
    return !why.equals(problems.put(way, why));
  }

  synchronized ControlClient.Link link() {
    return new ControlClient.Link(
        Duration.ofNanos(Math.max(0, nanos.getAsLong() - heardNanos)), met, connected, problem());
  }

  // The same trouble is mostly that of all ways.
  private String problem() {
    Map<String, String> waysByProblem = new LinkedHashMap<>();
    problems.forEach(
        (way, why) -> waysByProblem.merge(why, way.word, (known, more) -> known + ", " + more));
    StringBuilder line = new StringBuilder();
    waysByProblem.forEach(
        (why, ways) -> line.append(line.isEmpty() ? "" : "; ").append(ways + ": " + why));
    String text = line.toString().replaceAll("\\s+", " ");
    return text.length() <= MAX_PROBLEM ? text : text.substring(0, MAX_PROBLEM - 1) + "…";
  }

  /** Says once that contact is lost, and once that it is back. For one thread. */
  void look() {
    String line = change();
    if (line != null) {
      warnings.say(line);
    }
  }

  private synchronized @Nullable String change() {
    long now = nanos.getAsLong();
    if (now - lookedNanos > STANDSTILL.toNanos()) {
      awaitedNanos = now;
    }
    lookedNanos = now;
    if (lost) {
      if (heardNanos == lostNanos) {
        return null;
      }
      lost = false;
      return "the control server %s answers again, after %d s"
          .formatted(server, Duration.ofNanos(heardNanos - lostNanos).toSeconds());
    }
    long silentNanos = now - heardNanos;
    if (Math.min(silentNanos, now - awaitedNanos) <= LOST.toNanos()) {
      return null;
    }
    lost = true;
    lostNanos = heardNanos;
    String problem = problem();
    return "the control server %s has not answered as it should for %d s%s; the flags stay as they"
            .formatted(
                server,
                Duration.ofNanos(silentNanos).toSeconds(),
                problem.isEmpty() ? "" : " (" + problem + ")")
        + " are, and what trips is off in this JVM alone";
  }
}
