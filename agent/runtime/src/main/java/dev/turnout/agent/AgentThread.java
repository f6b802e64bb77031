package dev.turnout.agent;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The agent's own threads: daemons, so that the application ends when it wants to; with the agent's
 * class loader, so that they hold none of the application's; and with a handler of their own, so
 * that the application's never hears of them.
 */
public final class AgentThread {
  private AgentThread() {}

  private static final long AFTER_FAILURE_MILLIS = 250;
  private static final long NANOS_TO_TELL_AGAIN = TimeUnit.MINUTES.toNanos(1);

  /** One round of a thread that goes round and round. */
  public interface Round {
    /** Does what is to be done now, and waits for the next round. */
    void run() throws InterruptedException;
  }

  /** Starts a thread. */
  public static Thread start(String name, Runnable task) {
    FaultPoint.reach("thread");
    Thread thread = create(name, task);
    thread.start();
    return thread;
  }

  /** Creates a thread that is started by somebody else. */
  @SuppressWarnings("removal") // of all that this JDK may still have of security managers
  static Thread create(String name, Runnable task) {
    // A thread keeps the class loaders of all code that was on the stack when it was made, before
    // JDK 24, unless that was told to be of no concern: and that may be a web application's.
    Thread thread =
        AccessController.doPrivileged(
            (PrivilegedAction<Thread>) () -> new Thread(outermost(), task, name, 0, false));
    thread.setDaemon(true);
    thread.setContextClassLoader(AgentThread.class.getClassLoader());
    thread.setUncaughtExceptionHandler((failed, e) -> tell(failed.getName(), e));
    return thread;
  }

  // The application may interrupt all threads of a group of its own.
  private static ThreadGroup outermost() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }

  /**
   * Repeats a round until {@code goesOn} says no, whatever the round throws, even if memory has run
   * out: then what it does may matter most. An interrupt is the application's doing, which may send
   * one to all threads that it sees; or it comes with the end, and hurries that. The same failure
   * is told once a minute.
   */
  public static void repeat(String what, BooleanSupplier goesOn, Round round) {
    Class<?> told = null;
    long toldNanos = 0;
    while (goesOn.getAsBoolean()) {
      try {
        round.run();
      } catch (InterruptedException e) {
        continue;
      } catch (Throwable e) {
        long now = System.nanoTime();
        if (e.getClass() != told || now - toldNanos >= NANOS_TO_TELL_AGAIN) {
          told = e.getClass();
          toldNanos = now;
          tell(what, e);
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(AFTER_FAILURE_MILLIS);
    } catch (InterruptedException e) {
      // The next round comes the sooner.
      return;
    }
  }

  /** Does something whose failure must not keep what comes after it from being done. */
  public static void survive(String what, Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      tell(what, e);
    }
  }

  private static void tell(String what, Throwable e) {
    try {
      AgentLog.line(what + " failed: " + e);
    } catch (Throwable noMemoryToSaySo) {
      // Nothing is left to be done, and the next round must come.
      return;
    }
  }
}
