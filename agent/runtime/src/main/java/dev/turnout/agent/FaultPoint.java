package dev.turnout.agent;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where tests have the agent fail, to see that the application does not notice: the system property
 * {@code turnout.internal.faults} names steps, commas between. Costs nothing where it is not set.
 */
public final class FaultPoint {
  private static final @Nullable Set<String> ARMED = armed();

  private FaultPoint() {}

  /** An error that only a test can have asked for. */
  private static final class InjectedFault extends Error {
    InjectedFault(String step) {
      super("injected at " + step);
    }
  }

  private static @Nullable Set<String> armed() {
    String steps = System.getProperty("turnout.internal.faults");
    return steps == null ? null : Set.of(steps.split(",", -1));
  }

  /** Fails if the step is one of those that shall. */
  public static void reach(String step) {
    if (ARMED != null && ARMED.contains(step)) {
      throw new InjectedFault(step);
    }
  }
}
