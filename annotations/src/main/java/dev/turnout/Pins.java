package dev.turnout;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The decisions that a scope goes by, and with it all that is handed over from it. They hold while
 * the scope is open, while a task runs that was handed over in it by then, and for a minute after,
 * in which what was begun there may finish; what is at work still then, such as a task that hands
 * itself over again and again, is to see later changes. Safe for many threads; nothing waits.
 */
final class Pins {
  private static final long KEPT = TimeUnit.MINUTES.toNanos(1);

  private final ConcurrentMap<String, Object> decisions = new ConcurrentHashMap<>();

  // The runs of tasks that were wrapped while the scope was open, and of no later ones: those could
  // hold them without end, one handing over to the next.
  private final AtomicInteger holders = new AtomicInteger();

  private volatile boolean over;
  private volatile long since;

  /** Returns pins of no scope, which hold for a minute. */
  static Pins forAMinute(long now) {
    Pins pins = new Pins();
    pins.end(now);
    return pins;
  }

  /** By flag name whatever the agent keeps. */
  ConcurrentMap<String, Object> decisions() {
    return decisions;
  }

  /** The scope is closed, at {@code now} by {@link System#nanoTime}. */
  void end(long now) {
    since = now;
    over = true;
  }

  /** A task that goes by them begins to run, and holds them until {@link #release}. */
  void retain() {
    holders.incrementAndGet();
  }

  /** Such a run is done, at {@code now} by {@link System#nanoTime}. */
  void release(long now) {
    // Who sees that nothing holds them any more is to see since when.
    since = now;
    holders.decrementAndGet();
  }

  /** Whether no scope is open that they are of. */
  boolean isOver() {
    return over;
  }

  /** Whether what is handed over at {@code now} goes by them. */
  boolean hold(long now) {
    return !over || holders.get() > 0 || now - since < KEPT;
  }
}
