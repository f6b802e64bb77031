package dev.turnout.agent.judge;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Limit;
import dev.turnout.flags.LimitJudge;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds every flag's new path against the flag's limits. A flag is judged anew, from what happens
 * after, when its limits change and when it is reset. Used by one thread.
 */
public final class Breaker {
  private final Recorders recorders;
  private final Map<String, Watch> watches = new HashMap<>();

  private record Watch(List<Limit> limits, long resetRevision, List<LimitJudge> judges) {}

  public Breaker(Recorders recorders) {
    this.recorders = recorders;
  }

  /**
   * Looks at every flag with limits.
   *
   * @param snapshot what is in force
   * @param stopped flags that tripped in this JVM already
   * @param paused whether the JVM stood still since the last look, or shortly before: calls seem
   *     slow then through no fault of theirs
   * @param nowNanos a monotonic time
   * @param now the time of day
   * @return the limits that are breached, at most one for each flag
   */
  public List<Trip> look(
      Snapshot snapshot, Set<String> stopped, boolean paused, long nowNanos, Instant now) {
    List<Trip> trips = new ArrayList<>();
    watches.keySet().retainAll(snapshot.flags().keySet());
    for (Flag flag : snapshot.flags().values()) {
      if (flag.limits().isEmpty() || flag.stop() != null || stopped.contains(flag.name())) {
        watches.remove(flag.name());
      } else if (!recorders.has(flag.name())) {
        // Nothing to read yet, but from here on everything counts.
        watch(flag, PathCounts.NONE, Histogram.EMPTY, nowNanos);
      } else {
        Trip trip = look(flag, paused, nowNanos, now);
        if (trip != null) {
          trips.add(trip);
        }
      }
    }
    return trips;
  }

  private @Nullable Trip look(Flag flag, boolean paused, long nowNanos, Instant now) {
    PathCounts total = recorders.total(flag.name(), true);
    PathCounts counts =
        new PathCounts(
            total.calls(),
            total.errors(),
            recorders.takeLongestFailureRow(flag.name(), true),
            total.latency());
    boolean timed = flag.limits().stream().anyMatch(Limit::isLatency);
    Histogram inFlight = timed ? recorders.inFlight(flag.name(), true) : Histogram.EMPTY;
    List<LimitJudge> judges = watch(flag, counts, inFlight, nowNanos).judges();
    for (int i = 0; i < judges.size(); i++) {
      if (paused && flag.limits().get(i).isLatency()) {
        judges.set(i, new LimitJudge(flag.limits().get(i), counts, inFlight, nowNanos));
      }
      Trip trip = judges.get(i).look(flag, counts, inFlight, nowNanos, now);
      if (trip != null) {
        return trip;
      }
    }
    return null;
  }

  private Watch watch(Flag flag, PathCounts counts, Histogram inFlight, long nowNanos) {
    Watch watch = watches.get(flag.name());
    if (watch == null
        || watch.resetRevision() != flag.resetRevision()
        || !watch.limits().equals(flag.limits())) {
      // A flag that was never seen is judged from its first call on, or what happened between the
      // change and this look would be lost.
      PathCounts baseline = watch == null && counts.calls() == 0 ? PathCounts.NONE : counts;
      List<LimitJudge> judges = new ArrayList<>();
      for (Limit limit : flag.limits()) {
        judges.add(new LimitJudge(limit, baseline, inFlight, nowNanos));
      }
      watch = new Watch(flag.limits(), flag.resetRevision(), judges);
      watches.put(flag.name(), watch);
    }
    return watch;
  }
}
