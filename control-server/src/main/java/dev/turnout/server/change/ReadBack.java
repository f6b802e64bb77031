package dev.turnout.server.change;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.experiment.ExperimentJson;
import dev.turnout.server.rollout.RolloutJson;
import dev.turnout.server.store.Kept;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads a change back before it is saved, by the code that the store and the agents read it with:
 * what was accepted but cannot be understood again would keep the server from starting, and change
 * nothing in any agent.
 */
final class ReadBack {
  private ReadBack() {}

  /**
   * Checks all that differs.
   *
   * @throws InvalidFlagException if it would not come back as it is
   */
  static void check(Kept keptBefore, Kept keptAfter) {
    check(keptBefore.snapshot(), keptAfter.snapshot());
    keptAfter.rollouts().values().stream()
        .filter(rollout -> !rollout.equals(keptBefore.rollouts().get(rollout.flag())))
        .forEach(rollout -> check(rollout, RolloutJson::write, RolloutJson::read));
    keptAfter.experiments().values().stream()
        .filter(experiment -> !experiment.equals(keptBefore.experiments().get(experiment.name())))
        .forEach(experiment -> check(experiment, ExperimentJson::write, ExperimentJson::read));
  }

  private static <T> void check(T value, Function<T, JsonNode> write, Function<JsonNode, T> read) {
    if (!read.apply(Json.parse(Json.bytes(write.apply(value)))).equals(value)) {
      throw unreadable("it comes back as something else");
    }
  }

  private static void check(Snapshot before, Snapshot after) {
    Map<String, Flag> flags = new TreeMap<>(after.flags());
    flags.values().removeIf(flag -> flag.equals(before.flag(flag.name())));
    boolean canary = !after.canary().equals(before.canary());
    boolean rings = !after.ringMembers().equals(before.ringMembers());
    Snapshot difference =
        new Snapshot(
            after.env(),
            after.epoch(),
            after.revision(),
            after.issuedAt(),
            canary ? after.canary() : CanaryMode.OFF,
            rings ? after.ringMembers() : Map.<String, RingMembers>of(),
            flags);
    SnapshotCodec.Read read = read(difference);
    if (!read.problems().isEmpty()) {
      throw unreadable(String.join("; ", read.problems()));
    }
    if (!read.snapshot().equals(difference)) {
      throw unreadable("it comes back as something else");
    }
  }

  private static SnapshotCodec.Read read(Snapshot difference) {
    try {
      return SnapshotCodec.read(SnapshotCodec.write(difference), Snapshot.EMPTY);
    } catch (JacksonException e) {
      throw unreadable("it holds text that no JSON can carry");
    }
  }

  private static InvalidFlagException unreadable(String why) {
    return new InvalidFlagException("body", "could not be read again once it was stored: " + why);
  }
}
