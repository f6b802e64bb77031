package dev.turnout.server.change;

import dev.turnout.flags.Flag;
import dev.turnout.server.experiment.Experiment;

/** The changes of experiments. */
public final class ExperimentChanges {
  private ExperimentChanges() {}

  /**
   * Adds or changes an experiment and splits the flag's callers as it says, together or not at all.
   * Who thereby comes to a new path is raised, and that is refused as any raising is.
   */
  public static Change put(Experiment experiment) {
    return draft -> {
      Flag flag = draft.flag(experiment.flag());
      Experiment was = draft.findExperiment(experiment.name());
      if (was != null && !was.flag().equals(experiment.flag())) {
        throw new RefusedException(
            experiment.name() + " is an experiment with " + was.flag() + ": delete it first");
      }
      if (experiment.control() != null && flag.strategy() == Flag.Strategy.RING) {
        throw new RefusedException(
            flag.name() + " goes by rings, whose shares leave no choice of who is the control");
      }
      draft.replace("split", experiment.of(flag), null);
      draft.experiment(experiment);
    };
  }

  /** Forgets an experiment. The flag stays as it is. */
  public static Change delete(String name) {
    return draft -> draft.removeExperiment(name);
  }
}
