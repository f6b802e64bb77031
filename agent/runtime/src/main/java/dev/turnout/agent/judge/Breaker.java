package dev.turnout.agent.judge;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Limit;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds every flag's new path against the flag's limits: as a whole, and each variant by itself, or
 * a bad one of a small weight would hide among the others. A flag is judged anew, from what happens
 * after, when its limits change, when it is reset and when it goes back to before that; a variant
 * when it is added. Used by one thread.
 */
public final class Breaker {
  // In place of a variant's name, which is never empty.
  private static final String WHOLE = "";

  private final Recorders recorders;
  private final Map<String, Watch> watches = new HashMap<>();

  // Of a flag's paths, by variant, and of all as a whole: they are as warm as they are, whatever
  // limits they have.
  private final Map<String, Map<String, WarmUp>> warmUps = new HashMap<>();
  private PathWatch.@Nullable Look last;

  /**
   * What calls are decided by.
   *
   * @param tripped flags that are off in this JVM for that. A trip that is known and not in force
   *     is none: its flag is judged until it is off.
   */
  public record InForce(Snapshot snapshot, Set<String> tripped) {}

  /**
   * What is watched of a flag.
   *
   * @param variants by name; filled and emptied as the flag's variants change
   */
  private record Watch(
      List<Limit> limits,
      long resetRevision,
      long from,
      PathWatch whole,
      Map<String, PathWatch> variants) {
    // A revision from before the first that is judged is of a backup, or of an older file.
    boolean isOf(Flag flag) {
      return resetRevision == flag.resetRevision()
          && flag.revision() >= from
          && limits.equals(flag.limits());
    }
  }

  public Breaker(Recorders recorders) {
    this.recorders = recorders;
  }

  /**
   * Begins to watch what a snapshot has that was not watched before: to be called before any call
   * is decided by it, so that no failure goes unseen until the next look.
   *
   * @param snapshot what is about to be in force
   * @param nowNanos a monotonic time
   * @param now the time of day
   */
  public synchronized void begin(Snapshot snapshot, long nowNanos, Instant now) {
    PathWatch.Look look = at(0, nowNanos, now);
    for (Flag flag : snapshot.flags().values()) {
      if (!flag.limits().isEmpty() && flag.stop() == null) {
        Watch watch = watches.get(flag.name());
        if (watch == null || !watch.isOf(flag)) {
          watches.put(flag.name(), watch(flag, look));
        }
      }
    }
  }

  private Watch watch(Flag flag, PathWatch.Look look) {
    // A flags file may say that a flag was reset, and not that it is another revision.
    long from = Math.min(flag.resetRevision(), flag.revision());
    recorders.judgeFrom(flag.name(), from);
    boolean timed = isTimed(flag);
    Map<String, PathWatch> variants = new HashMap<>();
    for (String name : flag.variants().names()) {
      variants.put(name, watch(flag, name, timed, look));
    }
    boolean called = recorders.total(flag.name(), true).calls() > 0;
    WarmUp warmUp = warmUp(flag.name(), WHOLE, called);
    PathWatch whole = new PathWatch(flag.limits(), warmUp, whole(flag.name(), timed), look);
    return new Watch(flag.limits(), flag.resetRevision(), from, whole, variants);
  }

  private PathWatch watch(Flag flag, String variant, boolean timed, PathWatch.Look look) {
    boolean called = recorders.total(flag.name(), variant).calls() > 0;
    WarmUp warmUp = warmUp(flag.name(), variant, called);
    return new PathWatch(flag.limits(), warmUp, variant(flag.name(), variant, timed), look);
  }

  private WarmUp warmUp(String flag, String path, boolean called) {
    return warmUps
        .computeIfAbsent(flag, any -> new HashMap<>())
        .computeIfAbsent(path, any -> new WarmUp(called));
  }

  private static boolean isTimed(Flag flag) {
    return flag.limits().stream().anyMatch(Limit::isLatency);
  }

  // Whoever waited here for another may come with an earlier time.
  private PathWatch.Look at(long pausedNanos, long nowNanos, Instant now) {
    PathWatch.Look before = last;
    long nanos = before == null || nowNanos - before.nanos() > 0 ? nowNanos : before.nanos();
    PathWatch.Look look = new PathWatch.Look(pausedNanos, nanos, now);
    last = look;
    return look;
  }

  /**
   * Looks at every flag with limits.
   *
   * @param current what is in force; asked while nobody can put something else there unseen
   * @param pausedNanos for how long the JVM stood still since the last look, or shortly before:
   *     calls seem slow then through no fault of theirs
   * @param nowNanos a monotonic time
   * @param now the time of day
   * @return the limits that are breached, at most one for each flag
   */
  public synchronized List<Trip> look(
      Supplier<InForce> current, long pausedNanos, long nowNanos, Instant now) {
    PathWatch.Look look = at(pausedNanos, nowNanos, now);
    InForce inForce = current.get();
    Snapshot snapshot = inForce.snapshot();
    List<Trip> trips = new ArrayList<>();
    watches.keySet().retainAll(snapshot.flags().keySet());
    warmUps.keySet().retainAll(snapshot.flags().keySet());
    for (Flag flag : snapshot.flags().values()) {
      if (flag.limits().isEmpty()
          || flag.stop() != null
          || inForce.tripped().contains(flag.name())) {
        watches.remove(flag.name());
        recorders.watch(flag.name(), false);
      } else {
        Trip trip = look(flag, look);
        if (trip != null) {
          trips.add(trip);
        }
      }
    }
    return trips;
  }

  private @Nullable Trip look(Flag flag, PathWatch.Look look) {
    Watch watch = watches.get(flag.name());
    boolean timed = isTimed(flag);
    if (watch == null || !watch.isOf(flag)) {
      watch = watch(flag, look);
      watches.put(flag.name(), watch);
    }
    recorders.watch(flag.name(), timed);
    PathWatch.Reading whole = whole(flag.name(), timed);
    if (watch.whole().isOfOther(whole)) {
      watches.put(flag.name(), watch(flag, look));
      return null;
    }
    Trip trip = watch.whole().look(flag, whole, look);
    List<Trip> ofVariants = lookAtVariants(flag, watch, timed, look);
    // The one bad variant is what people want to hear of, even if it drags the whole along.
    return trip == null || ofVariants.size() == 1
        ? ofVariants.stream().findFirst().orElse(null)
        : trip;
  }

  private List<Trip> lookAtVariants(Flag flag, Watch watch, boolean timed, PathWatch.Look look) {
    List<Trip> trips = new ArrayList<>();
    List<String> names = flag.variants().names();
    watch.variants().keySet().retainAll(names);
    for (String name : names) {
      PathWatch.Reading reading = variant(flag.name(), name, timed);
      Trip trip =
          watch
              .variants()
              .computeIfAbsent(name, added -> watch(flag, added, timed, look))
              .look(flag, reading, look);
      if (trip != null) {
        trips.add(trip.of(name));
      }
    }
    return trips;
  }

  private PathWatch.Reading whole(String flag, boolean timed) {
    return new PathWatch.Reading(
        with(recorders.judged(flag, true), recorders.takeLongestFailureRow(flag)),
        timed ? recorders.inFlight(flag, true) : Histogram.EMPTY,
        timed ? recorders.marked(flag, true) : Histogram.EMPTY);
  }

  private PathWatch.Reading variant(String flag, String name, boolean timed) {
    return new PathWatch.Reading(
        with(recorders.judged(flag, name), recorders.takeLongestFailureRow(flag, name)),
        timed ? recorders.inFlight(flag, name) : Histogram.EMPTY,
        timed ? recorders.marked(flag, name) : Histogram.EMPTY);
  }

  private static PathCounts with(PathCounts total, int longestRow) {
    return new PathCounts(total.calls(), total.errors(), longestRow, total.latency());
  }
}
