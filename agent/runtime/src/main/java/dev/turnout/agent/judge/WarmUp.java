package dev.turnout.agent.judge;

import dev.turnout.flags.Histogram;
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
  private Histogram seen = Histogram.EMPTY;

  /**
   * Starts watching.
   *
   * @param over whether calls have ended before
   */
  WarmUp(boolean over) {
    this.over = over;
  }

  /** Begins to tell what ends from now on: nobody judges what was read until now. */
  void begin(PathWatch.Reading read) {
    seen = read.counts().latency();
  }

  /**
   * Looks at the path.
   *
   * @param read all that it did so far
   * @param nowNanos a monotonic time
   * @return the same, with what is not to be judged of it
   */
  PathWatch.Reading look(PathWatch.Reading read, long nowNanos) {
    Histogram latency = read.counts().latency();
    Histogram ended = latency.minus(seen);
    seen = latency;
    if (!begun && !read.isEmpty()) {
      begun = true;
      endNanos = nowNanos + NANOS;
    }
    if (begun && nowNanos - endNanos >= 0) {
      over = true;
    }
    // For one that was never called nothing has to wait.
    return over || !begun ? read : read.cold(ended);
  }
}
