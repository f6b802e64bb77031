package dev.turnout.sample;

import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What really ran, written down by the implementations themselves: the witness against which an
 * agent's numbers can be held. Safe for use by several threads.
 */
final class CallLedger {
  private final Clock clock;
  private volatile Map<UseCase, Tally> tallies = blank();

  CallLedger(Clock clock) {
    this.clock = clock;
  }

  /**
   * Runs the new implementation and notes it. The call counts from its start, so that a slow one is
   * seen; any exception but {@link GameRefused} counts as an error.
   */
  <T> T newPath(UseCase useCase, String playerId, Supplier<T> implementation) {
    Tally tally = tally(useCase);
    tally.newCalls.increment();
    tally.lastNewCallNanos.accumulate(epochNanos());
    tally.newUsers.add(playerId);
    try {
      return implementation.get();
    } catch (GameRefused e) {
      throw e;
    } catch (RuntimeException | Error e) {
      tally.newErrors.increment();
      throw e;
    }
  }

  /** Runs the fallback implementation and notes it. */
  <T> T fallbackPath(UseCase useCase, Supplier<T> implementation) {
    tally(useCase).fallbackCalls.increment();
    return implementation.get();
  }

  /** Starts again from nothing; calls under way finish in the forgotten tallies. */
  void reset() {
    tallies = blank();
  }

  /** Returns what has been noted about {@code useCase} since the last reset. */
  Entry entry(UseCase useCase) {
    Tally tally = tally(useCase);
    long lastNanos = tally.lastNewCallNanos.get();
    return new Entry(
        tally.newCalls.sum(),
        tally.fallbackCalls.sum(),
        tally.newErrors.sum(),
        TimeUnit.NANOSECONDS.toMillis(lastNanos),
        lastNanos,
        tally.newUsers.stream().sorted().toList());
  }

  private Tally tally(UseCase useCase) {
    Tally tally = tallies.get(useCase);
    if (tally == null) {
      throw new AssertionError("every use case has a tally");
    }
    return tally;
  }

  private long epochNanos() {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private static Map<UseCase, Tally> blank() {
    Map<UseCase, Tally> blank = new EnumMap<>(UseCase.class);
    for (UseCase useCase : UseCase.values()) {
      blank.put(useCase, new Tally());
    }
    return blank;
  }

  /**
   * One use case's numbers; the field names are those of the JSON, in snake case.
   *
   * @param newErrors how many of {@code newCalls} threw
   * @param lastNewCallEpochMillis when the newest call of the new path began, 0 if there was none
   * @param lastNewCallEpochNanos the same in nanoseconds, as fine as the clock is
   * @param newUsers the players who ran the new path, sorted
   */
  record Entry(
      long newCalls,
      long fallbackCalls,
      long newErrors,
      long lastNewCallEpochMillis,
      long lastNewCallEpochNanos,
      List<String> newUsers) {}

  private static final class Tally {
    final LongAdder newCalls = new LongAdder();
    final LongAdder fallbackCalls = new LongAdder();
    final LongAdder newErrors = new LongAdder();
    final LongAccumulator lastNewCallNanos = new LongAccumulator(Math::max, 0);
    final Set<String> newUsers = ConcurrentHashMap.newKeySet();
  }
}
