package dev.turnout.agent.judge;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
  private final Recorders recorders;
  private final Map<String, Watch> watches = new HashMap<>();

  // Of a flag's paths, by variant: they are as warm as they are, whatever limits they have.
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
        // Before its first call: one that was called before it was watched is warm.
        flag.variants().names().forEach(added -> warmUp(flag.name(), added));
      }
    }
  }

  private Watch watch(Flag flag, PathWatch.Look look) {
    // A flags file may say that a flag was reset, and not that it is another revision.
    long from = Math.min(flag.resetRevision(), flag.revision());
    recorders.judgeFrom(flag.name(), from);
    Map<String, PathWatch.Reading> paths = paths(flag);
    paths.forEach((name, read) -> warmUp(flag.name(), name).begin(read));
    Map<String, PathWatch> variants = new HashMap<>();
    for (String name : flag.variants().names()) {
      variants.put(name, new PathWatch(flag.limits(), of(name, paths), look));
    }
    PathWatch whole = new PathWatch(flag.limits(), whole(paths), look);
    return new Watch(flag.limits(), flag.resetRevision(), from, whole, variants);
  }

  private WarmUp warmUp(String flag, String path) {
    return warmUps
        .computeIfAbsent(flag, any -> new HashMap<>())
        .computeIfAbsent(
            path,
            any ->
                new WarmUp(recorders.total(flag, path).calls() > 0, recorders.debuts(flag, path)));
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
    if (watch == null || !watch.isOf(flag)) {
      watch = watch(flag, look);
      watches.put(flag.name(), watch);
    }
    recorders.watch(flag.name(), isTimed(flag));
    Map<String, PathWatch.Reading> paths = paths(flag);
    if (watch.whole().isOfOther(whole(paths))) {
      watches.put(flag.name(), watch(flag, look));
      return null;
    }
    if (isTimed(flag)) {
      paths.replaceAll(
          (name, read) ->
              warmUp(flag.name(), name)
                  .look(read, recorders.debuts(flag.name(), name), look.nanos()));
    }
    int longestRow = recorders.takeLongestFailureRow(flag.name());
    Trip trip = watch.whole().look(flag, whole(paths).with(longestRow), look);
    List<Trip> ofVariants = lookAtVariants(flag, watch, paths, look);
    // The one bad variant is what people want to hear of, even if it drags the whole along.
    return trip == null || ofVariants.size() == 1
        ? ofVariants.stream().findFirst().orElse(null)
        : trip;
  }

  private List<Trip> lookAtVariants(
      Flag flag, Watch watch, Map<String, PathWatch.Reading> paths, PathWatch.Look look) {
    List<Trip> trips = new ArrayList<>();
    List<String> names = flag.variants().names();
    watch.variants().keySet().retainAll(names);
    for (String name : names) {
      int longestRow = recorders.takeLongestFailureRow(flag.name(), name);
      PathWatch.Reading reading = of(name, paths).with(longestRow);
      PathWatch known = watch.variants().get(name);
      if (known == null) {
        watch.variants().put(name, new PathWatch(flag.limits(), reading, look));
        continue;
      }
      Trip trip = known.look(flag, reading, look);
      if (trip != null) {
        trips.add(trip.of(name));
      }
    }
    return trips;
  }

  // All that the new path may have been, and what it is: calls may go on by earlier rules.
  private Map<String, PathWatch.Reading> paths(Flag flag) {
    Set<String> names = new HashSet<>(recorders.variants(flag.name()));
    names.remove(Variants.OFF);
    names.addAll(flag.variants().names());
    boolean timed = isTimed(flag);
    Map<String, PathWatch.Reading> paths = new HashMap<>();
    for (String name : names) {
      paths.put(
          name,
          new PathWatch.Reading(
              recorders.judged(flag.name(), name),
              timed ? recorders.inFlight(flag.name(), name) : Histogram.EMPTY,
              timed ? recorders.marked(flag.name(), name) : Histogram.EMPTY,
              Histogram.EMPTY,
              false));
    }
    return paths;
  }

  private static PathWatch.Reading whole(Map<String, PathWatch.Reading> paths) {
    return paths.values().stream().reduce(PathWatch.Reading.NONE, PathWatch.Reading::plus);
  }

  private static PathWatch.Reading of(String variant, Map<String, PathWatch.Reading> paths) {
    return paths.getOrDefault(variant, PathWatch.Reading.NONE);
  }
}
