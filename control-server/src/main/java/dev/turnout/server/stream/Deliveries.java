package dev.turnout.server.stream;

import dev.turnout.flags.Snapshot;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long revisions take to the agents' streams: for each, from the moment that it is in force at
 * this server to the last byte handed to the system for the last of the streams that were open
 * then. Streams that ended, or that got a later revision instead, are left out; a reader that takes
 * nothing counts when it does, and until then among those that wait. Safe for use by several
 * threads.
 */
public final class Deliveries {
  private static final int RECENT = 100;

  private final Clock clock;
  private final Timer timer;
  private final long[] recent = new long[RECENT];
  private int count;
  private volatile @Nullable InForce inForce;
  private volatile @Nullable Delivery newest;

  /** The revision in force, and since when. */
  private record InForce(long epoch, long revision, Instant since, long nanos) {}

  /** Knows of none yet; registers the timer {@code turnout.delivery}. */
  public Deliveries(Clock clock, MeterRegistry metrics) {
    this.clock = clock;
    timer =
        Timer.builder("turnout.delivery")
            .description(
                "From a revision being in force at this server to its last byte written to the last"
                    + " of the agents' streams")
            .serviceLevelObjectives(
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(250),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30))
            .register(metrics);
  }

  /** A revision is in force from now on. */
  void inForce(Snapshot snapshot) {
    inForce =
        new InForce(snapshot.epoch(), snapshot.revision(), clock.instant(), System.nanoTime());
  }

  /** It is about to be handed to the streams. */
  Delivery begin(Snapshot snapshot) {
    InForce known = inForce;
    // If another is known of, this one came into force since, and its announcement is about to
    // follow.
    long since =
        known != null
                && known.epoch() == snapshot.epoch()
                && known.revision() == snapshot.revision()
            ? known.nanos()
            : System.nanoTime();
    Delivery delivery = new Delivery(since, this::record);
    newest = delivery;
    return delivery;
  }

  private void record(long nanos) {
    timer.record(nanos, TimeUnit.NANOSECONDS);
    synchronized (recent) {
      recent[count % RECENT] = nanos;
      count++;
    }
  }

  /**
   * How it went lately.
   *
   * @param since when the revision in force was put in force here; null if the server started with
   *     it
   * @param waiting how many streams have yet to take it
   * @param publishes how many revisions the times are of, the newest that are done
   * @param median in nanoseconds; 0 if there were none
   * @param tail the 99th percentile
   * @param longest the longest
   */
  public record Summary(
      @Nullable Instant since, int waiting, int publishes, long median, long tail, long longest) {}

  /** Says how it went lately. */
  public Summary summary() {
    long[] sorted;
    synchronized (recent) {
      sorted = Arrays.copyOf(recent, Math.min(count, RECENT));
    }
    Arrays.sort(sorted);
    InForce known = inForce;
    Delivery last = newest;
    return new Summary(
        known == null ? null : known.since(),
        last == null ? 0 : last.waiting(),
        sorted.length,
        quantile(sorted, 0.5),
        quantile(sorted, 0.99),
        quantile(sorted, 1));
  }

  // The smallest that so many are not above.
  private static long quantile(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1];
  }
}
