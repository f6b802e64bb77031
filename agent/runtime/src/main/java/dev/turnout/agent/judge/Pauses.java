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

  private boolean looked;
  private long lastLookNanos;
  private long excusedUntilNanos;
  private long pauseNanos;

  /**
   * Looks whether this look comes late; the first never does.
   *
   * @param nowNanos a monotonic time
   * @return how long the pause was that what is seen now is to be put down to; 0 for none
   */
  public long look(long nowNanos) {
    if (!looked) {
      looked = true;
      lastLookNanos = nowNanos;
      excusedUntilNanos = nowNanos - BETWEEN_NANOS;
    }
    long since = nowNanos - lastLookNanos;
    lastLookNanos = nowNanos;
    if (since > LATE_NANOS && nowNanos - excusedUntilNanos >= BETWEEN_NANOS) {
      excusedUntilNanos = nowNanos + AFTER_NANOS;
      pauseNanos = since;
    }
    return nowNanos - excusedUntilNanos < 0 ? pauseNanos : 0;
  }
}
