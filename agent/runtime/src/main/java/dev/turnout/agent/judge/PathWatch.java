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
  private final List<LimitJudge> judges = new ArrayList<>();

  /**
   * What a path did so far.
   *
   * @param counts since the JVM started; of the failures in a row the most since the last look
   * @param inFlight how long the timed calls that have not ended are running
   * @param marked how long at least the others are running
   */
  record Reading(PathCounts counts, Histogram inFlight, Histogram marked) {}

  /**
   * When somebody looks.
   *
   * @param paused whether the JVM stood still since the last look, or shortly before
   * @param nanos a monotonic time
   * @param now the time of day
   */
  record Look(boolean paused, long nanos, Instant now) {}

  /** Starts watching; what was read until now is not judged. */
  PathWatch(List<Limit> limits, Reading read, Look look) {
    this.limits = limits;
    for (Limit limit : limits) {
      judges.add(judge(limit, read, look));
    }
  }

  private static LimitJudge judge(Limit limit, Reading read, Look look) {
    return new LimitJudge(limit, read.counts(), read.inFlight(), read.marked(), look.nanos());
  }

  /** Returns the trip of the first limit that is breached, or null. */
  @Nullable Trip look(Flag flag, Reading read, Look look) {
    for (int i = 0; i < judges.size(); i++) {
      if (look.paused() && limits.get(i).isLatency()) {
        judges.set(i, judge(limits.get(i), read, look));
      }
      Trip trip =
          judges
              .get(i)
              .look(flag, read.counts(), read.inFlight(), read.marked(), look.nanos(), look.now());
      if (trip != null) {
        return trip;
      }
    }
    return null;
  }
}
