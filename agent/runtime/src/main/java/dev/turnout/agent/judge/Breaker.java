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
 * when it is added. A fleet's snapshot may have thousands of flags that this JVM has no gate for:
 * of those it is only known since when they would be judged. Used by one thread.
 */
public final class Breaker {
  private final Recorders recorders;
  private final Map<String, Watch> watches = new HashMap<>();

  // Of flags with limits that had no gate when last seen: whatever is counted of them is judged.
  private final Map<String, Terms> ungated = new HashMap<>();

  // Of a flag's paths, by variant: they are as warm as they are, whatever limits they have, if any.
  private final Map<String, Map<String, WarmUp>> warmUps = new HashMap<>();
  private PathWatch.@Nullable Look last;

  /**
   * What calls are decided by.
   *
   * @param tripped flags that are off in this JVM for that. A trip that is known and not in force
   *     is none: its flag is judged until it is off.
   */
  public record InForce(Snapshot snapshot, Set<String> tripped) {}

  /** What a flag is judged by, and from which revision on; anew once this is of another one. */
  private record Terms(List<Limit> limits, long resetRevision, long from) {
    // A flags file may say that a flag was reset, and not that it is another revision.
    Terms(Flag flag) {
      this(flag.limits(), flag.resetRevision(), Math.min(flag.resetRevision(), flag.revision()));
    }

    // A revision from before the first that is judged is of a backup, or of an older file.
    boolean areOf(Flag flag) {
      return resetRevision == flag.resetRevision()
          && flag.revision() >= from
          && limits.equals(flag.limits());
    }
  }

  /**
   * What is watched of a flag.
   *
   * @param variants by name; filled and emptied as the flag's variants change
   */
  private record Watch(Terms terms, PathWatch whole, Map<String, PathWatch> variants) {}

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
        begin(flag, look);
      }
    }
  }

  private void begin(Flag flag, PathWatch.Look look) {
    String name = flag.name();
    Terms waiting = ungated.get(name);
    Watch watch = watches.get(name);
    if (!recorders.has(name)) {
      ungated.put(name, new Terms(flag));
    } else if (waiting == null
        ? watch == null || !watch.terms().areOf(flag)
        : !waiting.areOf(flag)) {
      ungated.remove(name);
      watches.put(name, watch(flag, look));
    }
  }

  private Watch watch(Flag flag, PathWatch.Look look) {
    Terms terms = new Terms(flag);
    recorders.judgeFrom(flag.name(), terms.from());
    Map<String, PathWatch.Reading> paths = paths(flag);
    paths.forEach((name, read) -> warmUp(flag.name(), name).begin(read));
    return watch(flag, terms, paths, look);
  }

  private static Watch watch(
      Flag flag, Terms terms, Map<String, PathWatch.Reading> before, PathWatch.Look look) {
    Map<String, PathWatch> variants = new HashMap<>();
    for (String name : flag.variants().names()) {
      variants.put(name, new PathWatch(flag.limits(), of(name, before), look));
    }
    return new Watch(terms, new PathWatch(flag.limits(), whole(before), look), variants);
  }

  private WarmUp warmUp(String flag, String path) {
    return warmUps
        .computeIfAbsent(flag, any -> new HashMap<>())
        .computeIfAbsent(path, any -> new WarmUp());
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
   * Looks at every flag with limits that this JVM has a gate for.
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
    ungated.keySet().retainAll(snapshot.flags().keySet());
    warmUps.keySet().removeIf(flag -> !recorders.has(flag));
    for (Flag flag : snapshot.flags().values()) {
      boolean judged =
          !flag.limits().isEmpty()
              && flag.stop() == null
              && !inForce.tripped().contains(flag.name());
      Trip trip = null;
      if (judged && recorders.has(flag.name())) {
        trip = look(flag, look);
      } else {
        pass(flag, judged, look);
      }
      if (trip != null) {
        trips.add(trip);
      }
    }
    return trips;
  }

  private void pass(Flag flag, boolean judged, PathWatch.Look look) {
    watches.remove(flag.name());
    if (judged) {
      Terms waiting = ungated.get(flag.name());
      if (waiting == null || !waiting.areOf(flag)) {
        ungated.put(flag.name(), new Terms(flag));
      }
    } else {
      ungated.remove(flag.name());
      recorders.watch(flag.name(), false);
      warm(flag, look);
    }
  }

  // It may get limits at any time, and is as warm then as if it had had them.
  private void warm(Flag flag, PathWatch.Look look) {
    recorders
        .debuts(flag.name())
        .forEach((path, debuts) -> warmUp(flag.name(), path).look(debuts, look.nanos()));
  }

  private Watch watched(Flag flag, PathWatch.Look look) {
    Terms waiting = ungated.remove(flag.name());
    Watch watch = watches.get(flag.name());
    if (waiting != null && waiting.areOf(flag)) {
      watch = watch(flag, waiting, Map.of(), look);
    } else if (watch == null || !watch.terms().areOf(flag)) {
      watch = watch(flag, look);
    }
    watches.put(flag.name(), watch);
    return watch;
  }

  private @Nullable Trip look(Flag flag, PathWatch.Look look) {
    Watch watch = watched(flag, look);
    recorders.watch(flag.name(), isTimed(flag));
    Map<String, PathWatch.Reading> paths = paths(flag);
    if (watch.whole().isOfOther(whole(paths))) {
      watches.put(flag.name(), watch(flag, look));
      return null;
    }
    paths.replaceAll(
        (name, read) ->
            warmUp(flag.name(), name)
                .look(read, recorders.debuts(flag.name(), name), look.nanos()));
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
