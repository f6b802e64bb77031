package dev.turnout.agent.judge;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Limit;
import dev.turnout.flags.LimitJudge;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Trip;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds one path, a flag's new one as a whole or one variant of it, against the flag's limits. */
final class PathWatch {
  // Of the time between two looks no more is time in which something was seen to last.
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<Limit> limits;
  private final List<LimitJudge> judges = new ArrayList<>();
  private long callsSeen;
  private long lookedNanos;

  /**
   * What a path did so far.
   *
   * @param counts since the JVM started; of the failures in a row the most since the last look
   * @param inFlight how long the timed calls that have not ended are running
   * @param marked how long at least the others are running
   * @param endedCold how long the calls took that have ended since the last look and whose latency
   *     is not judged
   * @param isCold whether it is a path, or has one, that is warming up; what runs there is left out
   */
  record Reading(
      PathCounts counts,
      Histogram inFlight,
      Histogram marked,
      Histogram endedCold,
      boolean isCold) {
    static final Reading NONE =
        new Reading(PathCounts.NONE, Histogram.EMPTY, Histogram.EMPTY, Histogram.EMPTY, false);

    boolean isEmpty() {
      return counts.calls() == 0
          && counts.latency().buckets().isEmpty()
          && inFlight.buckets().isEmpty()
          && marked.buckets().isEmpty();
    }

    /** Returns the same of a path that is warming up. */
    Reading cold(Histogram endedSince) {
      return new Reading(counts, Histogram.EMPTY, Histogram.EMPTY, endedSince, true);
    }

    /** Returns the same with the most failures in a row since the last look. */
    Reading with(int longestRow) {
      PathCounts all =
          new PathCounts(counts.calls(), counts.errors(), longestRow, counts.latency());
      return new Reading(all, inFlight, marked, endedCold, isCold);
    }

    Reading plus(Reading other) {
      return new Reading(
          counts.plus(other.counts),
          inFlight.plus(other.inFlight),
          marked.plus(other.marked),
          endedCold.plus(other.endedCold),
          isCold || other.isCold);
    }
  }

  /**
   * When somebody looks.
   *
   * @param pausedNanos for how long the JVM stood still since the last look, or shortly before
   * @param nanos a monotonic time
   * @param now the time of day
   */
  record Look(long pausedNanos, long nanos, Instant now) {}

  /** Starts watching; what was read until now is not judged. */
  PathWatch(List<Limit> limits, Reading read, Look look) {
    this.limits = limits;
    callsSeen = read.counts().calls();
    lookedNanos = look.nanos();
    for (Limit limit : limits) {
      judges.add(
          new LimitJudge(limit, read.counts(), read.inFlight(), read.marked(), look.nanos()));
    }
  }

  /**
   * Whether this is read from other counters than what was before: those of a flag without gates
   * are given up where flags are many, and begin anew if it gets one.
   */
  boolean isOfOther(Reading read) {
    return read.counts().calls() < callsSeen;
  }

  /** Returns the trip of the first limit that is breached, or null. */
  @Nullable Trip look(Flag flag, Reading read, Look look) {
    callsSeen = read.counts().calls();
    long lostNanos = Math.max(0, look.nanos() - lookedNanos - MOST_NANOS);
    lookedNanos = look.nanos();
    for (int i = 0; i < judges.size(); i++) {
      LimitJudge judge = judges.get(i);
      boolean excused = look.pausedNanos() > 0 && limits.get(i).isLatency();
      if (!excused) {
        judge.standStill(lostNanos);
      }
      if (limits.get(i).isLatency()) {
        judge.forgive(read.endedCold());
        if (excused) {
          judge.excuse(read.counts(), read.inFlight(), look.pausedNanos(), look.nanos());
        }
        // The whole waits for its last part: of what runs there it cannot tell what to leave out.
        if (read.isCold()) {
          continue;
        }
      }
      Trip trip =
          judge.look(flag, read.counts(), read.inFlight(), read.marked(), look.nanos(), look.now());
      if (trip != null) {
        return trip;
      }
    }
    return null;
  }
}
