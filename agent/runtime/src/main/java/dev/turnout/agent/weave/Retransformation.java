package dev.turnout.agent.weave;

import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Has the JVM change many loaded classes. Safe for many threads. */
final class Retransformation {
  private static final int BATCH = 100;
  private static final long PAUSE_MILLIS = 100;

  private final Instrumentation instrumentation;

  Retransformation(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /**
   * Has classes transformed again.
   *
   * @return those that the JVM could not change, and why
   */
  Map<Class<?>, String> of(List<Class<?>> classes) {
    // In batches, with a pause: the JVM stands still for each.
    Map<Class<?>, String> problems = new LinkedHashMap<>();
    for (int from = 0; from < classes.size(); from += BATCH) {
      if (from > 0) {
        pause();
      }
      List<Class<?>> batch = classes.subList(from, Math.min(from + BATCH, classes.size()));
      try {
        instrumentation.retransformClasses(batch.toArray(Class<?>[]::new));
      } catch (UnmodifiableClassException | RuntimeException | LinkageError | InternalError e) {
        // One of them: so that the others get theirs, each by itself. The last is said of a class
        // whose initialiser failed or that refers to a library which is not there.
        batch.forEach(type -> retransformOne(type, problems));
      }
    }
    return problems;
  }

  private void retransformOne(Class<?> type, Map<Class<?>, String> problems) {
    try {
      instrumentation.retransformClasses(type);
    } catch (UnmodifiableClassException | RuntimeException | LinkageError | InternalError e) {
      problems.put(type, e.toString());
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
