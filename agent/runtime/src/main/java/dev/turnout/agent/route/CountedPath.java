package dev.turnout.agent.route;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.Reason;

/**
 * A path whose calls are counted and never timed. That there is nothing to begin the compiler knows
 * by the class: a look at how few calls are timed would take a sixth of what counting does.
 */
final class CountedPath extends RecordedPath {
  /** Creates the fallback path. */
  CountedPath(Recorders.Use use, Reason reason, FailurePolicy policy) {
    super(use, reason, policy);
  }

  /** Creates a new path: the body's, or a variant's. */
  CountedPath(
      int branch,
      Recorders.Use use,
      Reason reason,
      FailurePolicy policy,
      GatePath recovery,
      Debut debut) {
    super(branch, use, reason, policy, recovery, debut);
  }

  @Override
  public long begin() {
    return 0;
  }
}
