package dev.turnout.server.change;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The changes that people and agents make to a flag. */
public final class FlagChanges {
  private FlagChanges() {}

  /** Creates the flag, or changes only the fields that are given. A stop outlives it. */
  public static Change put(String name, JsonNode fields) {
    FlagName.check("name", name);
    return draft -> {
      Flag before = draft.find(name);
      if (before == null) {
        draft.create(FlagCodec.edit(Flag.named(name), fields));
      } else {
        draft.replace("update", FlagCodec.edit(before, fields), null);
      }
    };
  }

  /** Removes the flag: its callers take the fallback. */
  public static Change delete(String name) {
    return draft -> draft.remove(name);
  }

  /**
   * Raises the percentage, to 100 at most.
   *
   * @param step by how many percentage points
   */
  public static Change increase(String name, Percentage step) {
    return draft -> {
      Flag flag = draft.flag(name);
      if (flag.strategy() == Flag.Strategy.RING) {
        throw new RefusedException(
            name + " goes by rings: raise the percentage of one of them instead");
      }
      draft.replace(
          "increase", flag.edit().percentage(moved(flag.percentage(), step, 1)).done(), null);
    };
  }

  /**
   * Lowers the percentage and that of every ring, to 0 at least.
   *
   * @param step by how many percentage points
   */
  public static Change decrease(String name, Percentage step) {
    return draft -> {
      Flag flag = draft.flag(name);
      FlagEdit edit = flag.edit().percentage(moved(flag.percentage(), step, -1));
      if (flag.strategy() == Flag.Strategy.RING) {
        Map<String, Percentage> rings = new LinkedHashMap<>(flag.rings());
        rings.replaceAll((ring, share) -> moved(share, step, -1));
        edit.rings(rings);
      }
      draft.replace("decrease", edit.done(), null);
    };
  }

  private static Percentage moved(Percentage share, Percentage step, int direction) {
    int buckets = share.buckets() + direction * step.buckets();
    return new Percentage(Math.max(0, Math.min(Percentage.BUCKETS, buckets)));
  }

  /** Forbids or allows again that more callers reach the new path. */
  public static Change freeze(String name, boolean frozen) {
    return draft ->
        draft.replace(
            frozen ? "freeze" : "unfreeze", draft.flag(name).edit().frozen(frozen).done(), null);
  }

  /** Enables or disables the flag. */
  public static Change toggle(String name, boolean enabled) {
    return draft ->
        draft.replace(
            enabled ? "enable" : "disable", draft.flag(name).edit().enabled(enabled).done(), null);
  }

  /** Stops the flag until a reset. A kill that stands keeps its first author. */
  public static Change kill(String name) {
    return draft -> {
      Flag flag = draft.flag(name);
      Stop stop = flag.stop();
      if (stop == null || stop.kind() != Stop.Kind.KILLED) {
        String reason = draft.reason();
        Stop killed =
            new Stop(
                Stop.Kind.KILLED,
                draft.actor(),
                draft.now(),
                reason == null ? "killed" : reason,
                null);
        draft.replace("kill", flag.edit().stop(killed).done(), null);
      }
    };
  }

  /**
   * Takes the stop away, and voids every trip that was judged before: those that are on their way,
   * and those that JVMs keep for themselves.
   */
  public static Change reset(String name) {
    return draft -> {
      Flag flag = draft.flag(name);
      draft.replace("reset", flag.edit().stop(null).resetRevision(draft.revision()).done(), null);
    };
  }

  /**
   * Stops the flag for the fleet because of what one instance saw, if the trip counts.
   *
   * @param by the instance, as {@code service/instance}
   */
  public static Change trip(Trip trip, String by) {
    return draft -> {
      Flag flag = draft.find(trip.flag());
      TripVerdict verdict = TripVerdict.of(trip, flag, draft.revision() - 1);
      if (flag != null && verdict == TripVerdict.STOPS) {
        Stop stop = new Stop(Stop.Kind.TRIPPED, by, trip.at(), trip.describe(), trip);
        draft.replace("trip", flag.edit().stop(stop).done(), by + ": " + trip.describe());
      }
    };
  }
}
