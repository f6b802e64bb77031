package dev.turnout.agent;

import dev.turnout.flags.Trip;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How long to wait for the next report. After one that failed, longer and longer, and each JVM of a
 * fleet at a time of its own: the server may have failed under all of them. A trip that the server
 * has not heard of is worth asking more often, but that ends too: there may be one in every JVM.
 * For one thread.
 */
final class ReportPace {
  /** The longest that is waited for a server that does not ask for more. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  /** The longest while there is a trip to be told. */
  static final Duration LONGEST_OF_TRIPS = Duration.ofSeconds(5);

  private static final Duration RETRY_TRIP = Duration.ofMillis(500);
  private static final int QUICK_TRIES = 10;
  private static final int MOST_DOUBLINGS = 10;

  private final Duration interval;
  private final RandomGenerator random;
  private int failures;
  // By flag, when it tripped.
  private Map<String, Instant> known = Map.of();
  private Map<String, Instant> tried = Map.of();
  private int tries;

  /**
   * Creates it.
   *
   * @param interval between two reports as long as they are accepted
   */
  ReportPace(Duration interval, RandomGenerator random) {
    this.interval = interval;
    this.random = random;
  }

  /** A report was accepted, with these trips; returns how long to wait for the next. */
  Duration accepted(Collection<Trip> trips) {
    failures = 0;
    known = times(trips);
    return interval;
  }

  /**
   * A report with these trips was not accepted; returns how long to wait for the next.
   *
   * @param retryAfter how long the server asked for; while there is a trip to be told, no more of
   *     it counts than the longest wait of trips
   */
  Duration failed(Collection<Trip> trips, Duration retryAfter) {
    failures++;
    Map<String, Instant> untold = times(trips);
    untold.entrySet().removeAll(known.entrySet());
    if (!tried.entrySet().containsAll(untold.entrySet())) {
      tries = 0;
    }
    tried = untold;
    if (untold.isEmpty()) {
      return longer(drawn(interval, failures, LONGEST), retryAfter);
    }
    tries++;
    Duration wait = drawn(RETRY_TRIP, tries - QUICK_TRIES, LONGEST_OF_TRIPS);
    return longer(wait, shorter(retryAfter, LONGEST_OF_TRIPS));
  }

  private static Map<String, Instant> times(Collection<Trip> trips) {
    Map<String, Instant> times = new HashMap<>();
    trips.forEach(trip -> times.put(trip.flag(), trip.at()));
    return times;
  }

  // From half of the ceiling on, which doubles with each failure.
  private Duration drawn(Duration from, int doublings, Duration to) {
    int exponent = Math.max(0, Math.min(doublings, MOST_DOUBLINGS));
    Duration ceiling = shorter(from.multipliedBy(1L << exponent), to);
    return Duration.ofNanos((long) (ceiling.toNanos() * (0.5 + 0.5 * random.nextDouble())));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
