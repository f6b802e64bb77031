package dev.turnout.agent.route;

import java.util.ArrayList;
import java.util.List;

/**
 * What a gate makes of an exception of its new implementation.
 *
 * @param recovers whether the fallback runs after a failure
 * @param ignored exceptions that are an answer and no failure
 */
record FailurePolicy(boolean recovers, List<Class<?>> ignored) {
  static final FailurePolicy COUNT_ALL = new FailurePolicy(false, List.of());

  /** Resolves the names as the class that declares the gate sees them; unknown ones never match. */
  static FailurePolicy of(boolean recovers, String ignoredNames, ClassLoader loader) {
    List<Class<?>> ignored = new ArrayList<>();
    for (String name : ignoredNames.isEmpty() ? new String[0] : ignoredNames.split(",", -1)) {
      try {
        ignored.add(Class.forName(name, false, loader));
      } catch (ClassNotFoundException | LinkageError e) {
        // What cannot be loaded cannot be thrown either.
        continue;
      }
    }
    return new FailurePolicy(recovers, List.copyOf(ignored));
  }

  boolean ignores(Throwable failure) {
    for (int i = 0; i < ignored.size(); i++) {
      if (ignored.get(i).isInstance(failure)) {
        return true;
      }
    }
    return false;
  }
}
