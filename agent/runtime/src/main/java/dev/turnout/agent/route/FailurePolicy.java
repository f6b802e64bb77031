package dev.turnout.agent.route;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** What a gate makes of an exception of its new implementation. */
final class FailurePolicy {
  static final FailurePolicy COUNT_ALL = new FailurePolicy(false, List.of());

  // By name: the JDK's would bring the channels with it before the application has any, and
  // Kotlin's is the application's own. Asked only of what extends the same class of the JDK as they
  // do: names take as long to compare as all else that a failure costs a gate, and their loop makes
  // the gate too long to become part of its caller.
  private static final String CLOSED_BY_INTERRUPT = "java.nio.channels.ClosedByInterruptException";
  private static final String KOTLINS_TIMEOUT = "kotlinx.coroutines.TimeoutCancellationException";

  private final boolean recovers;
  private final Class<?>[] ignored;

  /**
   * Creates a policy.
   *
   * @param recovers whether the fallback runs after a failure
   * @param ignored exceptions that are an answer and no failure
   */
  FailurePolicy(boolean recovers, List<Class<?>> ignored) {
    this.recovers = recovers;
    this.ignored = ignored.toArray(new Class<?>[0]);
  }

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
    return new FailurePolicy(recovers, ignored);
  }

  /**
   * Whether somebody gave the call up, so that it tells nothing of the path, and nobody waits for
   * what a fallback would return. Kotlin's timeout is none, though it is a subclass: there the path
   * was too slow for itself.
   */
  static boolean isCancellation(Throwable failure) {
    return failure instanceof RuntimeException
        ? failure instanceof CancellationException && !isA(KOTLINS_TIMEOUT, failure)
        : failure instanceof InterruptedException
            || (failure instanceof IOException && isA(CLOSED_BY_INTERRUPT, failure));
  }

  /**
   * As {@link #isCancellation}, of what a method threw at a caller who still waits: there the JDK's
   * plain exception says only that something which the path asked for was cancelled, perhaps by the
   * path itself, unless the caller's thread was interrupted.
   */
  static boolean isThrownCancellation(Throwable failure) {
    return isCancellation(failure)
        && (failure.getClass() != CancellationException.class
            || Thread.currentThread().isInterrupted());
  }

  private static boolean isA(String name, Throwable failure) {
    Class<?> type = failure.getClass();
    while (type != null && !type.getName().equals(name)) {
      type = type.getSuperclass();
    }
    return type != null;
  }

  boolean recovers() {
    return recovers;
  }

  boolean ignores(Throwable failure) {
    for (Class<?> type : ignored) {
      if (type.isInstance(failure)) {
        return true;
      }
    }
    return false;
  }
}
