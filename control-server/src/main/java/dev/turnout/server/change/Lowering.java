package dev.turnout.server.change;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.EnvironmentJson;
import dev.turnout.server.store.Kept;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What moves callers towards the fallback and does nothing else: stopping, disabling and freezing
 * flags, smaller shares, less canary mode, rollouts that halt. That is what may be done without
 * knowing how things stand: it is right on top of whatever somebody else did meanwhile, twice as
 * well as once, and in any order.
 */
final class Lowering {
  private static final String CANARY = "canary";
  private static final String ROLLOUT = "rollout-";

  private Lowering() {}

  /** Returns whether a change does nothing else. */
  static boolean isAll(Kept before, Kept after) {
    return isAll(before.snapshot(), after.snapshot())
        && before.experiments().equals(after.experiments())
        && before.rollouts().keySet().equals(after.rollouts().keySet())
        && after.rollouts().values().stream()
            .allMatch(rollout -> isAll(before.rollouts().get(rollout.flag()), rollout));
  }

  private static boolean isAll(@Nullable Rollout before, Rollout after) {
    return before != null
        && (before.equals(after) || halted(before, after).at(after.revision()).equals(after));
  }

  /** Returns whether a change of flags and environment does nothing else. */
  static boolean isAll(Snapshot before, Snapshot after) {
    return before.epoch() == after.epoch()
        && before.ringMembers().equals(after.ringMembers())
        && before.flags().keySet().equals(after.flags().keySet())
        && lowered(before.canary(), before.canary(), after.canary()).equals(after.canary())
        && after.flags().values().stream().allMatch(flag -> isAll(before.flag(flag.name()), flag));
  }

  private static boolean isAll(@Nullable Flag before, Flag after) {
    return before != null
        && lowered(before, before, after).edit().revision(after.revision()).done().equals(after);
  }

  /**
   * Lowers a draft by what was lowered before, on top of other things.
   *
   * @throws dev.turnout.client.codec.CodecException if the entry cannot be understood
   */
  static void redo(Draft draft, AuditEntry done) {
    if (done.action().startsWith(ROLLOUT)) {
      Rollout after = RolloutJson.read(Json.parse(bytes(done.after())));
      Rollout base = draft.findRollout(after.flag());
      if (base == null) {
        draft.redo(done);
      } else {
        draft.redo(done, halted(base, after));
      }
    } else if (done.flag() != null) {
      Flag base = draft.find(done.flag());
      if (base == null) {
        // Nobody is on the new path of a flag that is gone.
        draft.redo(done);
      } else {
        draft.redo(done, lowered(base, flag(done.before()), flag(done.after())));
      }
    } else if (done.action().equals(CANARY)) {
      draft.redo(done, lowered(draft.canary(), canary(done.before()), canary(done.after())));
    }
  }

  // A rollout that is taken back is not under way again because of a pause that came before.
  private static Rollout halted(Rollout base, Rollout after) {
    boolean halts =
        after.state() == Rollout.State.ROLLED_BACK
            || (after.state() == Rollout.State.PAUSED && base.state() == Rollout.State.RUNNING);
    return halts ? base.as(after.state(), after.why()) : base;
  }

  private static Flag lowered(Flag base, Flag before, Flag after) {
    FlagEdit edit = base.edit();
    if (before.enabled() && !after.enabled()) {
      edit.enabled(false);
    }
    if (!before.frozen() && after.frozen()) {
      edit.frozen(true);
    }
    edit.percentage(lowered(base.percentage(), before.percentage(), after.percentage()));
    Map<String, Percentage> rings = new LinkedHashMap<>(base.rings());
    rings.replaceAll(
        (ring, share) ->
            lowered(
                share,
                before.rings().getOrDefault(ring, Percentage.ZERO),
                after.rings().getOrDefault(ring, Percentage.FULL)));
    edit.rings(rings);
    Stop stop = after.stop();
    if (stop != null && !stop.equals(before.stop()) && stops(stop, base)) {
      edit.stop(stop);
    }
    return edit.done();
  }

  private static Percentage lowered(Percentage base, Percentage before, Percentage after) {
    return after.compareTo(before) < 0 && after.compareTo(base) < 0 ? after : base;
  }

  // As with any stop: the first kill stands, and a trip is void after a later reset.
  private static boolean stops(Stop stop, Flag base) {
    Stop standing = base.stop();
    if (stop.kind() == Stop.Kind.KILLED) {
      return standing == null || standing.kind() != Stop.Kind.KILLED;
    }
    Trip trip = stop.evidence();
    return standing == null && (trip == null || trip.flagRevision() >= base.resetRevision());
  }

  private static CanaryMode lowered(CanaryMode base, CanaryMode before, CanaryMode after) {
    Set<String> users = new LinkedHashSet<>(base.users());
    users.removeIf(user -> before.users().contains(user) && !after.users().contains(user));
    return new CanaryMode(base.on() && (after.on() || !before.on()), users);
  }

  private static Flag flag(@Nullable String json) {
    return FlagCodec.read(Json.parse(bytes(json)));
  }

  private static CanaryMode canary(@Nullable String json) {
    return EnvironmentJson.readCanary(Json.parse(bytes(json)));
  }

  private static byte[] bytes(@Nullable String json) {
    return (json == null ? "null" : json).getBytes(StandardCharsets.UTF_8);
  }
}
