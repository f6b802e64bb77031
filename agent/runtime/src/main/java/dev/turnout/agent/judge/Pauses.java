package dev.turnout.agent.judge;

import java.util.concurrent.TimeUnit;

/**
 * Tells when the whole JVM stood still, or its machine did: calls seem slow then through no fault
 * of theirs. One that keeps standing still is not excused: what fills its memory until nothing but
 * collecting goes on may be a flag's new path. Used by one thread.
 */
public final class Pauses {
  // Looks are a quarter of a second apart.
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

  // Calls that stood still with all others end after it, and are seen some time later.
  private static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private long lastLookNanos;
  private long excusedUntilNanos;

  /**
   * Starts watching.
   *
   * @param nowNanos a monotonic time
   */
  public Pauses(long nowNanos) {
    lastLookNanos = nowNanos;
    excusedUntilNanos = nowNanos - BETWEEN_NANOS;
  }

  /**
   * Looks whether this look comes late.
   *
   * @param nowNanos a monotonic time
   * @return whether what is seen now is to be put down to a pause
   */
  public boolean look(long nowNanos) {
    boolean late = nowNanos - lastLookNanos > LATE_NANOS;
    lastLookNanos = nowNanos;
    if (late && nowNanos - excusedUntilNanos >= BETWEEN_NANOS) {
      excusedUntilNanos = nowNanos + AFTER_NANOS;
    }
    return nowNanos - excusedUntilNanos < 0;
  }
}
