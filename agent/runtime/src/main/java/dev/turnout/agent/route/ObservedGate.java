package dev.turnout.agent.route;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Variants;
import org.jspecify.annotations.Nullable;

/** The gate of a method that is measured and never routed: its calls count as the fallback's. */
final class ObservedGate extends GateSite {
  private final GatePath path;

  ObservedGate(String name, Recorders recorders) {
    path =
        recorders.measure() == Measure.OFF
            ? SilentPath.TO_BODY
            : RecordedPath.toFallback(
                recorders.use(name, 0, Flag.GA, Variants.OFF),
                Reason.STATIC,
                FailurePolicy.COUNT_ALL);
  }

  @Override
  public GatePath choose(@Nullable Object key) {
    return path;
  }
}
