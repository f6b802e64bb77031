package dev.turnout.agent;

/**
 * Knows when the JVM goes down. Calls that fail from then on fail because pools and connections are
 * closed under them: to take that for a fault of the new path would have each deployment switch
 * flags off for the fleet. Safe for many threads.
 */
final class Shutdown implements AutoCloseable {
  private final Thread hook = AgentThread.create("turnout-shutdown", () -> begun = true);
  private volatile boolean begun;

  /** Begins to wait for it. */
  void await() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It has begun.
      begun = true;
    }
  }

  /** Whether it has begun. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  public void close() {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It has begun: nothing holds this any longer than that takes.
      return;
    }
  }
}
