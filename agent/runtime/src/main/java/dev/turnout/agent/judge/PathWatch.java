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

/**
 * Holds one path, a flag's new one as a whole or one variant of it, against the flag's limits. Of
 * its latency is not judged what ends in the first seconds after its first call in the JVM: classes
 * are loaded then, connections opened and nothing compiled, and all JVMs of a fleet that starts
 * anew would find the same within minutes.
 */
final class PathWatch {
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final List<Limit> limits;
  private final List<LimitJudge> judges = new ArrayList<>();
  private boolean cold;
  private boolean warming;
  private long warmNanos;

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
   * @param paused whether the JVM stood still since the last look, or shortly before
   * @param nanos a monotonic time
   * @param now the time of day
   */
  record Look(boolean paused, long nanos, Instant now) {}

  /**
   * Starts watching; what was read until now is not judged.
   *
   * @param cold whether no call of the path has ended in this JVM so far
   */
  PathWatch(List<Limit> limits, boolean cold, Reading read, Look look) {
    this.limits = limits;
    this.cold = cold;
    for (Limit limit : limits) {
      judges.add(
          new LimitJudge(limit, read.counts(), read.inFlight(), read.marked(), look.nanos()));
    }
  }

  /** Returns the trip of the first limit that is breached, or null. */
  @Nullable Trip look(Flag flag, Reading read, Look look) {
    boolean warm = isWarm(read, look.nanos());
    for (int i = 0; i < judges.size(); i++) {
      LimitJudge judge = judges.get(i);
      if (limits.get(i).isLatency()) {
        if (!warm) {
          // What is still running when it is warm, and late by then, is.
          judge.excuse(read.counts(), Histogram.EMPTY, look.nanos());
          continue;
        }
        if (look.paused()) {
          judge.excuse(read.counts(), read.inFlight(), look.nanos());
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

  private boolean isWarm(Reading read, long nowNanos) {
    if (cold && !read.isEmpty()) {
      cold = false;
      warming = true;
      warmNanos = nowNanos + WARM_UP_NANOS;
    }
    if (warming && nowNanos - warmNanos >= 0) {
      warming = false;
    }
    return !warming;
  }
}
