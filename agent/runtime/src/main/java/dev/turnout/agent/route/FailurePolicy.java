package dev.turnout.agent.route;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a gate makes of an exception of its new implementation.
 *
 * @param recovers whether the fallback runs after a failure
 * @param ignored exceptions that are an answer and no failure
 */
record FailurePolicy(boolean recovers, List<Class<?>> ignored) {
  static final FailurePolicy COUNT_ALL = new FailurePolicy(false, List.of());

  /**
   * Resolves the names as the class that declares the gate sees them. Unknown ones never match:
   * what cannot be loaded cannot be thrown either.
   *
   * @param doubt gets told, once at most, which names no failure can match
   */
  static FailurePolicy of(
      boolean recovers, String ignoredNames, ClassLoader loader, Consumer<String> doubt) {
    List<Class<?>> ignored = new ArrayList<>();
    List<String> inVain = new ArrayList<>();
    for (String name : ignoredNames.isEmpty() ? new String[0] : ignoredNames.split(",", -1)) {
      try {
        Class<?> type = Class.forName(name, false, loader);
        if (type.isInterface() || Throwable.class.isAssignableFrom(type)) {
          ignored.add(type);
        } else {
          inVain.add(name + " (not an exception)");
        }
      } catch (ClassNotFoundException e) {
        inVain.add(name + " (no such class)");
      } catch (LinkageError | RuntimeException e) {
        // The latter from a loader of the application's own making.
        inVain.add(name + " (" + e + ")");
      }
    }
    if (!inVain.isEmpty()) {
      doubt.accept("no failure can be ignored as " + String.join(", ", inVain));
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
