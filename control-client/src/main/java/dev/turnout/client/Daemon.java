package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import java.util.function.BooleanSupplier;

/**
 * The client's own threads. They are daemons, hold none of the application's class loaders, and end
 * only when told to: whatever a round throws is said, and the next one comes.
 */
final class Daemon {
  private static final long AFTER_FAILURE_MILLIS = 1_000;

  private Daemon() {}

  /** Goes round and round on a thread of its own for as long as {@code goesOn} says so. */
  static void start(String name, Warnings warnings, BooleanSupplier goesOn, Runnable round) {
    thread(name, warnings, () -> repeat(warnings, goesOn, round)).start();
  }

  /** Makes a thread for a task; it is yet to be started. */
  static Thread thread(String name, Warnings warnings, Runnable task) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(Daemon.class.getClassLoader());
    // The application's handler never hears of it.
    thread.setUncaughtExceptionHandler((failed, e) -> tell(warnings, e));
    return thread;
  }

  private static void repeat(Warnings warnings, BooleanSupplier goesOn, Runnable round) {
    while (goesOn.getAsBoolean()) {
      try {
        round.run();
      } catch (Throwable e) {
        tell(warnings, e);
        pause();
      }
    }
  }

  private static void tell(Warnings warnings, Throwable e) {
    try {
      warnings.warn(Topic.INTERNAL, "following the control server failed, and goes on: " + e);
    } catch (Throwable noMemoryToSaySo) {
      // Nothing is left to be done, and the next round must come.
      return;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(AFTER_FAILURE_MILLIS);
    } catch (InterruptedException e) {
      // Nobody has a reason to: threads end by being told so.
      return;
    }
  }
}
