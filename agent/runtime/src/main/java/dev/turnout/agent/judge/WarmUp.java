package dev.turnout.agent.judge;

import dev.turnout.flags.Histogram;
import java.util.concurrent.TimeUnit;

/**
 * The first seconds of a path in a JVM, and of each gate that leads to it. Classes are loaded then,
 * connections opened, and nothing is compiled: what ends slowly is no sign of what the path is
 * like, and all JVMs of a fleet that starts anew, or gets its applications anew, would find the
 * same within minutes. Applications may make gates for ever, so those that come later have no more
 * than a minute of each hour together. Used by one thread.
 */
final class WarmUp {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LATER_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

  private int debuts;
  private boolean begun;
  private boolean over;
  private long endNanos;
  private long hourNanos;
  private long spentNanos;
  private Histogram seen = Histogram.EMPTY;

  /** Begins to tell what ends from now on: nobody judges what was read until now. */
  void begin(PathWatch.Reading read) {
    seen = read.counts().latency();
  }

  /**
   * Looks at the path.
   *
   * @param read all that it did so far
   * @param debutsNow how many gates it was called through so far
   * @param nowNanos a monotonic time
   * @return the same, with what is not to be judged of it
   */
  PathWatch.Reading look(PathWatch.Reading read, int debutsNow, long nowNanos) {
    Histogram latency = read.counts().latency();
    Histogram ended = latency.minus(seen);
    seen = latency;
    look(!read.isEmpty(), debutsNow, nowNanos);
    // For one that was never called nothing has to wait.
    return over || !begun ? read : read.cold(ended);
  }

  /**
   * Looks at a path whose latency nobody judges for now.
   *
   * @param debutsNow how many gates it was called through so far
   * @param nowNanos a monotonic time
   */
  void look(int debutsNow, long nowNanos) {
    look(false, debutsNow, nowNanos);
  }

  private void look(boolean called, int debutsNow, long nowNanos) {
    boolean debut = debutsNow != debuts && debutsNow > 0;
    debuts = debutsNow;
    if (begun && nowNanos - endNanos >= 0) {
      over = true;
    }
    if (!begun && !over && (debut || called)) {
      begun = true;
      endNanos = nowNanos + NANOS;
    } else if (debut) {
      beginAgain(nowNanos);
    }
  }

  private void beginAgain(long nowNanos) {
    if (spentNanos == 0 || nowNanos - hourNanos >= HOUR_NANOS) {
      hourNanos = nowNanos;
      spentNanos = 0;
    }
    long end = nowNanos + NANOS;
    long more = over ? NANOS : end - endNanos;
    if (spentNanos + more <= LATER_NANOS) {
      spentNanos += more;
      begun = true;
      over = false;
      endNanos = end;
    }
  }
}
