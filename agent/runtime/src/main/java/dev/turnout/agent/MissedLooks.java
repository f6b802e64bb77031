package dev.turnout.agent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * When loaded classes are looked through for those that there was no room to gate as they came: a
 * second after such a one, and the more rarely the more often there are any, down to every ten
 * minutes. A look takes the JVM a walk over all classes, and a collector that works meanwhile
 * leaves dead ones alone that were walked over. Safe for many threads; waits for nobody.
 */
final class MissedLooks {
  private static final long PAUSE_MILLIS = 1_000;
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Errands errands = new Errands("turnout-missed");
  private final BooleanSupplier missed;
  private final Runnable look;
  private final AtomicBoolean underway = new AtomicBoolean();
  private volatile long nextNanos = System.nanoTime();
  private volatile long gapNanos = LEAST_NANOS;

  /**
   * Creates it.
   *
   * @param missed whether there was no room for a class; asked often
   * @param look looks, and may take any time
   */
  MissedLooks(BooleanSupplier missed, Runnable look) {
    this.missed = missed;
    this.look = look;
  }

  /** Has it looked, soon, if there is a reason to. To be called again and again. */
  void look(long nowNanos) {
    if (!missed.getAsBoolean() || nowNanos - nextNanos < 0) {
      return;
    }
    if (underway.compareAndSet(false, true)) {
      boolean begun = false;
      try {
        errands.execute(this::lookLater);
        begun = true;
      } finally {
        if (!begun) {
          underway.set(false);
        }
      }
    } else {
      nextNanos = nowNanos + LEAST_NANOS;
      errands.look();
    }
  }

  // By then what took the room has most likely ended, and the JVM has loaded what was on its way.
  private void lookLater() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      // Somebody is in a hurry.
      Thread.currentThread().interrupt();
    }
    try {
      look.run();
    } finally {
      long now = System.nanoTime();
      boolean rare = now - nextNanos > MOST_NANOS;
      gapNanos = rare ? LEAST_NANOS : Math.min(2 * gapNanos, MOST_NANOS);
      nextNanos = now + gapNanos;
      underway.set(false);
    }
  }
}
