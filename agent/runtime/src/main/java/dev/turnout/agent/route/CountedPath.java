package dev.turnout.agent.route;

import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A path whose calls are counted and never timed. That there is nothing to begin the compiler knows
 * by the class: a look at how few calls are timed would take a sixth of what counting does.
 */
final class CountedPath extends RecordedPath {
  CountedPath(
      int branch,
      Recorders.Use use,
      Reason reason,
      FailurePolicy policy,
      @Nullable GatePath recovery,
      @Nullable Debut debut) {
    super(branch, use, reason, policy, recovery, debut);
  }

  @Override
  public long begin() {
    return 0;
  }
}
