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
import org.jspecify.annotations.Nullable;

/** Holds one path, a flag's new one as a whole or one variant of it, against the flag's limits. */
final class PathWatch {
  private final List<Limit> limits;
  private final WarmUp warmUp;
  private final List<LimitJudge> judges = new ArrayList<>();
  private long callsSeen;

  /**
   * What a path did so far.
   *
   * @param counts since the JVM started; of the failures in a row the most since the last look
   * @param inFlight how long the timed calls that have not ended are running
   * @param marked how long at least the others are running
   */
  record Reading(PathCounts counts, Histogram inFlight, Histogram marked) {
    boolean isEmpty() {
      return counts.calls() == 0 && inFlight.count() == 0 && marked.count() == 0;
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

  /**
   * Starts watching; what was read until now is not judged.
   *
   * @param warmUp of the path, in this JVM
   */
  PathWatch(List<Limit> limits, WarmUp warmUp, Reading read, Look look) {
    this.limits = limits;
    this.warmUp = warmUp;
    callsSeen = read.counts().calls();
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
    boolean warm = warmUp.isOver(!read.isEmpty(), look.nanos());
    for (int i = 0; i < judges.size(); i++) {
      LimitJudge judge = judges.get(i);
      if (limits.get(i).isLatency()) {
        if (!warm) {
          judge.forgive(read.counts());
          continue;
        }
        if (look.pausedNanos() > 0) {
          judge.excuse(read.counts(), read.inFlight(), look.pausedNanos(), look.nanos());
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
