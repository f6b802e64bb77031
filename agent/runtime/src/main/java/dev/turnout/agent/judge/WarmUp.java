package dev.turnout.agent.judge;

import java.util.concurrent.TimeUnit;

/**
 * The first seconds of a path in a JVM. Classes are loaded then, connections opened, and nothing is
 * compiled: what ends slowly is no sign of what the path is like, and all JVMs of a fleet that
 * starts anew would find the same within minutes. Used by one thread.
 */
final class WarmUp {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(5);

  private boolean begun;
  private boolean over;
  private long endNanos;

  /**
   * Starts watching.
   *
   * @param over whether calls have ended before
   */
  WarmUp(boolean over) {
    this.over = over;
  }

  /**
   * Returns whether it is over.
   *
   * @param called whether there has been any call so far
   * @param nowNanos a monotonic time
   */
  boolean isOver(boolean called, long nowNanos) {
    if (!begun && called) {
      begun = true;
      endNanos = nowNanos + NANOS;
    }
    if (begun && nowNanos - endNanos >= 0) {
      over = true;
    }
    return over;
  }
}
