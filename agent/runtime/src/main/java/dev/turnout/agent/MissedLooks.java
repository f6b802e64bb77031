package dev.turnout.agent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

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

  private final Errands errands;
  private final LongSupplier clock;
  private final LongConsumer pause;
  private final BooleanSupplier missed;
  private final Runnable look;
  private final AtomicBoolean underway = new AtomicBoolean();
  private volatile long nextNanos;
  private volatile long endedNanos;
  private volatile long gapNanos = LEAST_NANOS;

  /**
   * Creates it.
   *
   * @param missed whether there was no room for a class; asked often
   * @param look looks, and may take any time
   */
  MissedLooks(BooleanSupplier missed, Runnable look) {
    this(missed, look, new Errands("turnout-missed"), System::nanoTime, MissedLooks::sleep);
  }

  /**
   * Creates it with time that a test controls.
   *
   * @param clock in nanoseconds
   * @param pause lets so many milliseconds go by before a look
   */
  MissedLooks(
      BooleanSupplier missed,
      Runnable look,
      Errands errands,
      LongSupplier clock,
      LongConsumer pause) {
    this.missed = missed;
    this.look = look;
    this.errands = errands;
    this.clock = clock;
    this.pause = pause;
    nextNanos = clock.getAsLong();
    endedNanos = nextNanos;
  }

  /** Has it looked, soon, if there is a reason to. To be called again and again. */
  void look() {
    long nowNanos = clock.getAsLong();
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
    pause.accept(PAUSE_MILLIS);
    try {
      look.run();
    } finally {
      long now = clock.getAsLong();
      boolean rare = now - endedNanos > gapNanos + MOST_NANOS;
      endedNanos = now;
      gapNanos = rare ? LEAST_NANOS : Math.min(2 * gapNanos, MOST_NANOS);
      nextNanos = now + gapNanos;
      underway.set(false);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      // Somebody is in a hurry.
      Thread.currentThread().interrupt();
    }
  }
}
