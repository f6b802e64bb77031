package dev.turnout.server.store;

import dev.turnout.flags.Snapshot;
import dev.turnout.server.experiment.Experiment;
import dev.turnout.server.rollout.Rollout;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that the store keeps of an environment at one revision: what agents go by, and what only
 * servers do. Immutable.
 *
 * @param snapshot what agents go by
 * @param rollouts staged plans, by the flag's name
 * @param experiments by their names
 */
public record Kept(
    Snapshot snapshot, Map<String, Rollout> rollouts, Map<String, Experiment> experiments) {
  public Kept {
    rollouts = Collections.unmodifiableMap(new TreeMap<>(rollouts));
    experiments = Collections.unmodifiableMap(new TreeMap<>(experiments));
  }

  /** Nothing but what agents go by. */
  public static Kept of(Snapshot snapshot) {
    return new Kept(snapshot, Map.of(), Map.of());
  }
}
