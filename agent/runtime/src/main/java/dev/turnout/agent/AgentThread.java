package dev.turnout.agent;

/**
 * The agent's own threads: daemons, so that the application ends when it wants to; with the agent's
 * class loader, so that they hold none of the application's; and with a handler of their own, so
 * that the application's never hears of them.
 */
public final class AgentThread {
  private AgentThread() {}

  /** Starts a thread. */
  public static Thread start(String name, Runnable task) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(AgentThread.class.getClassLoader());
    thread.setUncaughtExceptionHandler((failed, e) -> tell(failed.getName() + " ended", e));
    thread.start();
    return thread;
  }

  /**
   * Runs one step of a thread that must go on whatever the step throws, even if memory has run out:
   * what else it does matters more.
   */
  public static void survive(String what, Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      tell(what + " failed, going on", e);
    }
  }

  private static void tell(String what, Throwable e) {
    try {
      AgentLog.line(what + ": " + e);
    } catch (Throwable noMemoryToSaySo) {
      // Nothing is left to be done, and the next step must run.
      return;
    }
  }
}
