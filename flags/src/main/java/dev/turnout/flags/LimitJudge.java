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
 * rule asks for overwhelming evidence (false alarm probability {@value #ALPHA}), since the start
 * or, where the window has fewer calls than the minimum, of late. It is the faster the worse things
 * are; where a hold or a larger minimum than the default was asked for, those are kept to. Of a
 * limit on latency there is a third: a path hangs if more calls have been running for a whole
 * window, past the limit, than have ended in it, and these are such evidence alone. Failures in a
 * row are counted; a hold means that each look finds too many of them, and a minimum is of the
 * calls of the window.
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
  private final @Nullable SequentialTest sequential;
  private final Deque<Reading> readings = new ArrayDeque<>();

  // Of those that were late at the start as many as may still be running.
  private long lateAtStart;
  private long markedLateAtStart;
  private long forgiven;
  private long pausedNanos;
  private long pauseEndNanos;
  private Reading last;
  private long seenCalls;
  private long seenBad;
  private final long startNanos;
  private long windowStartNanos;
  private long exceededSince = Long.MIN_VALUE;

  /**
   * Of some look, since the start; {@code ended} are all calls, where {@code calls} may be a sample
   * of them.
   */
  private record Reading(long nanos, long calls, long bad, long ended) {
    boolean isSame(Reading other) {
      return calls == other.calls && bad == other.bad && ended == other.ended;
    }
  }

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
    lateAtStart = lateAtBaseline;
    markedLateAtStart = late(marked);
    double share = limit.badShare();
    sequential = share > 0 ? new SequentialTest(share) : null;
    last = new Reading(nowNanos, 0, 0, 0);
    readings.add(last);
    startNanos = nowNanos;
    windowStartNanos = nowNanos;
    pauseEndNanos = nowNanos;
  }

  /**
   * Judges nothing of what became bad since the last look, nor what was slow by then for how long
   * it has been: the whole JVM stood still. What was seen before is evidence as ever, or pauses now
   * and then would keep it from ever being enough.
   *
   * @param counts cumulative counts of the path
   * @param inFlight how long the calls are running, which are late for that reason too
   * @param pauseNanos for how long it stood still, which is not counted to whatever hangs
   * @param nowNanos a monotonic time, not before that of the last look
   */
  public void excuse(PathCounts counts, Histogram inFlight, long pauseNanos, long nowNanos) {
    forgiven += Math.max(0, read(counts, inFlight, nowNanos).bad() - last.bad());
    if (exceededSince != Long.MIN_VALUE) {
      exceededSince += nowNanos - last.nanos();
    }
    last = read(counts, inFlight, nowNanos);
    pausedNanos = pauseNanos;
    pauseEndNanos = nowNanos;
  }

  /**
   * Counts some time to no hold: the whole JVM stood still, and nothing was seen of what was
   * exceeded before. Not to be called of a pause that is {@link #excuse}d, which sees to that.
   *
   * @param nanos how much of the time since the last look
   */
  public void standStill(long nanos) {
    if (exceededSince != Long.MIN_VALUE) {
      exceededSince += nanos;
    }
  }

  /**
   * Forgets those calls of a path, or of some part of it, that have ended since the last look and
   * were slow. Those that were not are evidence as ever, and so are those that are running: of what
   * is slow now and then, what runs at a moment is mostly that.
   *
   * @param ended how long they took
   */
  public void forgive(Histogram ended) {
    forgiven += slow(ended);
  }

  private long slow(Histogram latency) {
    return latency.above(limit.above() * 1e6);
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
    Reading reading = read(counts, inFlight, nowNanos);
    last = reading;
    Reading before = windowBefore(reading);
    boolean few = callsBetween(reading, before) < limit.minCalls();
    if (limit.metric() == Limit.Metric.CONSECUTIVE_FAILURES) {
      return rowRule(flag, counts, reading, few, now);
    }
    Trip trip = sequentialRule(flag, reading, few, now);
    if (trip == null) {
      trip = thresholdRule(flag, reading, before, few, now);
    }
    lateAtStart = Math.min(lateAtStart, late(inFlight));
    markedLateAtStart = Math.min(markedLateAtStart, late(marked));
    if (trip == null && limit.isLatency() && nowNanos - startNanos >= windowNanos()) {
      long stuck =
          Math.max(0, stuck(inFlight, nowNanos) - lateAtStart)
              + Math.max(0, stuck(marked, nowNanos) - markedLateAtStart);
      trip = stallRule(flag, reading.ended() - before.ended(), stuck, now);
    }
    if (reading.calls() > seenCalls) {
      seenCalls = reading.calls();
      seenBad = reading.bad();
    }
    return trip;
  }

  private Reading read(PathCounts counts, Histogram inFlight, long nowNanos) {
    long ended = counts.calls() - baseline.calls();
    if (!limit.isLatency()) {
      // Read one after the other while calls end, the counters may disagree by a few.
      long bad = Math.min(ended, counts.errors() - baseline.errors());
      return new Reading(nowNanos, ended, bad, ended);
    }
    Histogram latency = counts.latency().minus(baseline.latency());
    long late = late(inFlight) + slow(latency) - forgiven;
    // Those that were late before are not judged when they end, either.
    long before = Math.min(late, lateAtBaseline);
    long calls = latency.count() - forgiven + late(inFlight) - before;
    return new Reading(nowNanos, calls, late - before, ended);
  }

  // What people ask a minimum of are calls, of which only a sample may be timed.
  private static long callsBetween(Reading reading, Reading before) {
    return Math.max(reading.calls() - before.calls(), reading.ended() - before.ended());
  }

  private long windowNanos() {
    return limit.window().toNanos();
  }

  // The last reading that is a window old, or the first one.
  private Reading windowBefore(Reading reading) {
    Reading before = readings.removeFirst();
    while (!readings.isEmpty() && reading.nanos() - readings.getFirst().nanos() >= windowNanos()) {
      before = readings.removeFirst();
    }
    Reading last = readings.isEmpty() ? before : readings.getLast();
    readings.addFirst(before);
    // One of which nothing differs is told by the one before, for as long as that lasts.
    if (!reading.isSame(last)
        && reading.nanos() - last.nanos() >= windowNanos() / READINGS_PER_WINDOW) {
      readings.addLast(reading);
    }
    return before;
  }

  private long stuck(Histogram running, long nowNanos) {
    double window = windowNanos() + (double) limit.hold().toNanos();
    // Whatever runs for longer than since the pause may have stood still with all else.
    if (nowNanos - pauseEndNanos < window + pausedNanos) {
      window += pausedNanos;
    }
    return running.above(Math.max(window, limit.above() * 1e6));
  }

  private long late(Histogram inFlight) {
    return limit.isLatency() ? inFlight.above(limit.above() * 1e6) : 0;
  }

  // Of late only where calls are too few for the threshold rule. Where they are not, that one has
  // the last word on a window, and a moment in which everything fails is not a breach of it.
  private @Nullable Trip sequentialRule(Flag flag, Reading reading, boolean few, Instant now) {
    if (sequential == null) {
      return null;
    }
    if (reading.nanos() - windowStartNanos >= windowNanos()) {
      windowStartNanos = reading.nanos();
      sequential.endWindow();
    }
    long calls = reading.calls();
    long bad = reading.bad();
    // A call that ends while it is read may be missed once, so the counts may go back by a few.
    if (calls <= seenCalls) {
      return null;
    }
    long newCalls = calls - seenCalls;
    sequential.add(Math.max(0, Math.min(newCalls, bad - seenBad)), newCalls);
    if (!limit.hold().isZero() || Math.max(calls, reading.ended()) < askedFor()) {
      return null;
    }
    if (bad >= MIN_BAD && sequential.refutes(ALPHA)) {
      return trip(flag, "sequential", observed(calls, bad), calls, bad, now);
    }
    long lately = sequential.callsOfLate();
    long badLately = sequential.badOfLate();
    return few && badLately >= MIN_BAD && sequential.refutesOfLate(ALPHA)
        ? trip(flag, "sequential", observed(lately, badLately), lately, badLately, now)
        : null;
  }

  // The default is what the threshold rule needs; whoever asks for more has a reason.
  private long askedFor() {
    boolean more = limit.minCalls() > Limit.defaultMinCalls(limit.metric(), limit.above());
    return more ? limit.minCalls() : 0;
  }

  private @Nullable Trip thresholdRule(
      Flag flag, Reading reading, Reading before, boolean few, Instant now) {
    long windowCalls = reading.calls() - before.calls();
    // Those of a moment before may be among them, where it saw a call as ended and not as bad.
    long windowBad = Math.min(windowCalls, reading.bad() - before.bad());
    boolean exceeded = !few && windowBad >= MIN_BAD && windowBad > limit.badShare() * windowCalls;
    return hasLasted(exceeded, reading)
        ? trip(flag, "threshold", observed(windowCalls, windowBad), windowCalls, windowBad, now)
        : null;
  }

  private boolean hasLasted(boolean exceeded, Reading reading) {
    if (!exceeded) {
      exceededSince = Long.MIN_VALUE;
      return false;
    }
    if (exceededSince == Long.MIN_VALUE) {
      exceededSince = reading.nanos();
    }
    return reading.nanos() - exceededSince >= limit.hold().toNanos();
  }

  private @Nullable Trip rowRule(
      Flag flag, PathCounts counts, Reading reading, boolean few, Instant now) {
    // Those before the baseline are not judged.
    long row = Math.min(counts.consecutiveErrors(), counts.errors() - baseline.errors());
    boolean exceeded = row > limit.above() && (!few || askedFor() == 0);
    return hasLasted(exceeded, reading) ? trip(flag, "consecutive", row, row, row, now) : null;
  }

  // The sequential rule may have millions of good calls from before to set against those that hang,
  // and the threshold rule never sees its minimum of calls. A window and not less: after a burst
  // none but its slowest calls are running, and these few are no breach. Most and not all: what
  // looks after the application's health may be a caller that fares well.
  private @Nullable Trip stallRule(Flag flag, long ended, long stuck, Instant now) {
    return stuck >= MIN_BAD && stuck > ended && logChance(stuck, ended) < Math.log(ALPHA)
        ? trip(flag, "stall", observed(ended + stuck, stuck), ended + stuck, stuck, now)
        : null;
  }

  // At most this likely are so many bad calls or more, at the tolerated share: the ways to choose
  // them, times the chance that just these are bad.
  private double logChance(long bad, long good) {
    double ways = 0;
    for (long i = 1; i <= good; i++) {
      ways += Math.log((double) (bad + i) / i);
    }
    return ways + bad * Math.log(limit.badShare());
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
