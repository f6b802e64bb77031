package dev.turnout;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The decisions that a scope goes by, and with it all that is handed over from it. They hold while
 * the scope is open and for a minute after, in which what was begun in it may finish; what is at
 * work still then, such as a task that hands itself over again and again, is to see later changes.
 * Safe for many threads.
 */
final class Pins {
  private static final long KEPT = TimeUnit.MINUTES.toNanos(1);

  private final ConcurrentMap<String, Object> decisions = new ConcurrentHashMap<>();
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

  /** Whether no scope is open that they are of. */
  boolean isOver() {
    return over;
  }

  /** Whether what is handed over at {@code now} goes by them. */
  boolean hold(long now) {
    return !over || now - since < KEPT;
  }
}
