package dev.turnout.flags;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Watches one limit of one path of a flag in one JVM.
 *
 * <p>Two rules judge every limit on a rate, and either may find a breach. The threshold rule is the
 * one people write: over the window, with at least the minimum of calls and {@value #MIN_BAD} bad
 * ones, the observed share exceeds the limit, for as long as the limit's hold says. The sequential
 * rule asks for overwhelming evidence (false alarm probability {@value #ALPHA}) and needs no
 * minimum of calls, so it is the faster the worse things are. Of a limit on latency there is a
 * third: a path hangs if no call at all has ended within the window, and so many are running past
 * the limit that they are such evidence alone. Failures in a row are counted.
 *
 * <p>What is judged is whatever path the counts are of: the new path as a whole, or one variant of
 * it by itself, whose minimum of calls is then its own.
 *
 * <p>Not safe for use by several threads.
 */
public final class LimitJudge {
  /** The fewest bad calls that can be a breach of a rate. */
  public static final int MIN_BAD = 5;

  /** One JVM's tolerated probability of a false alarm, for ever: many JVMs judge at once. */
  public static final double ALPHA = 1e-6;

  private static final int READINGS_PER_WINDOW = 240;

  private final Limit limit;
  private final PathCounts baseline;
  private final long lateAtBaseline;
  private final long markedLateAtBaseline;
  private final @Nullable SequentialTest sequential;
  private final Deque<Reading> readings = new ArrayDeque<>();
  private long seenCalls;
  private long seenBad;
  private long exceededSince = Long.MIN_VALUE;
  private long lastEnded;
  private long lastEndedNanos;

  private record Reading(long nanos, long calls, long bad) {}

  /**
   * Starts watching.
   *
   * @param baseline the cumulative counts of the path so far, which are not judged
   * @param inFlight how long the calls that have not ended are running, which are not judged either
   * @param marked how long at least other calls are running, that are not timed; nor are they
   * @param nowNanos a monotonic time
   */
  public LimitJudge(
      Limit limit, PathCounts baseline, Histogram inFlight, Histogram marked, long nowNanos) {
    this.limit = limit;
    this.baseline = baseline;
    lateAtBaseline = late(inFlight);
    markedLateAtBaseline = late(marked);
    double share = limit.badShare();
    sequential = share > 0 ? new SequentialTest(share) : null;
    readings.add(new Reading(nowNanos, 0, 0));
    lastEnded = baseline.calls();
    lastEndedNanos = nowNanos;
  }

  /**
   * Judges what happened until now.
   *
   * @param flag the flag as it is in force
   * @param counts cumulative counts of the path
   * @param inFlight how long the calls of the path that have not ended are running: they are bad as
   *     soon as they are over a limit on latency, and are good when they end under it
   * @param marked how long at least other calls are running, that are not timed: evidence of a path
   *     that hangs, and of nothing else, for of those that end only a sample is timed
   * @param nowNanos a monotonic time, not before that of the last look
   * @param now the time of day, for the trip
   * @return the trip if the limit is breached, else null
   */
  public @Nullable Trip look(
      Flag flag,
      PathCounts counts,
      Histogram inFlight,
      Histogram marked,
      long nowNanos,
      Instant now) {
    if (limit.metric() == Limit.Metric.CONSECUTIVE_FAILURES) {
      // Those before the baseline are not judged.
      long row = Math.min(counts.consecutiveErrors(), counts.errors() - baseline.errors());
      return row > limit.above() ? trip(flag, "consecutive", row, row, row, now) : null;
    }
    long calls;
    long bad;
    if (limit.isLatency()) {
      Histogram latency = counts.latency().minus(baseline.latency());
      long late = late(inFlight) + latency.above(limit.above() * 1e6);
      // Those that were late before are not judged when they end, either.
      long before = Math.min(late, lateAtBaseline);
      bad = late - before;
      calls = latency.count() + late(inFlight) - before;
    } else {
      calls = counts.calls() - baseline.calls();
      // Read one after the other while calls end, the counters may disagree by a few.
      bad = Math.min(calls, counts.errors() - baseline.errors());
    }
    Trip trip = sequentialRule(flag, calls, bad, now);
    if (trip == null) {
      trip = thresholdRule(flag, calls, bad, nowNanos, now);
    }
    if (trip == null) {
      long late = late(inFlight) - lateAtBaseline + late(marked) - markedLateAtBaseline;
      trip = stallRule(flag, counts.calls(), late, nowNanos, now);
    }
    if (calls > seenCalls) {
      seenCalls = calls;
      seenBad = bad;
    }
    return trip;
  }

  private long late(Histogram inFlight) {
    return limit.isLatency() ? inFlight.above(limit.above() * 1e6) : 0;
  }

  private @Nullable Trip sequentialRule(Flag flag, long calls, long bad, Instant now) {
    // A call that ends while it is read may be missed once, so the counts may go back by a few.
    if (sequential == null || calls <= seenCalls) {
      return null;
    }
    long newCalls = calls - seenCalls;
    sequential.add(Math.max(0, Math.min(newCalls, bad - seenBad)), newCalls);
    return bad >= MIN_BAD && sequential.refutes(ALPHA)
        ? trip(flag, "sequential", observed(calls, bad), calls, bad, now)
        : null;
  }

  private @Nullable Trip thresholdRule(
      Flag flag, long calls, long bad, long nowNanos, Instant now) {
    long window = limit.window().toNanos();
    Reading oldest = readings.getFirst();
    while (readings.size() > 1 && nowNanos - oldest.nanos() > window) {
      readings.removeFirst();
      oldest = readings.getFirst();
    }
    long windowCalls = calls - oldest.calls();
    long windowBad = bad - oldest.bad();
    if (nowNanos - readings.getLast().nanos() >= window / READINGS_PER_WINDOW) {
      readings.addLast(new Reading(nowNanos, calls, bad));
    }
    boolean exceeded =
        windowCalls >= limit.minCalls()
            && windowBad >= MIN_BAD
            && windowBad > limit.badShare() * windowCalls;
    if (!exceeded) {
      exceededSince = Long.MIN_VALUE;
      return null;
    }
    if (exceededSince == Long.MIN_VALUE) {
      exceededSince = nowNanos;
    }
    return nowNanos - exceededSince >= limit.hold().toNanos()
        ? trip(flag, "threshold", observed(windowCalls, windowBad), windowCalls, windowBad, now)
        : null;
  }

  // The sequential rule may have millions of good calls from before to set against those that hang,
  // and the threshold rule never sees its minimum of calls. A window and not less: after a burst
  // none but its slowest calls are running, and these few are no breach.
  private @Nullable Trip stallRule(Flag flag, long ended, long late, long nowNanos, Instant now) {
    if (ended != lastEnded) {
      lastEnded = ended;
      lastEndedNanos = nowNanos;
    }
    return late >= MIN_BAD
            && nowNanos - lastEndedNanos >= limit.window().toNanos()
            && Math.pow(limit.badShare(), late) < ALPHA
        ? trip(flag, "stall", observed(late, late), late, late, now)
        : null;
  }

  // In percent: of calls that failed, or of calls that were slower than the limit.
  private static double observed(long calls, long bad) {
    return calls == 0 ? 0 : 100.0 * bad / calls;
  }

  private Trip trip(Flag flag, String rule, double observed, long calls, long bad, Instant now) {
    return new Trip(
        flag.name(), null, flag.revision(), limit.describe(), rule, observed, calls, bad, now);
  }
}
