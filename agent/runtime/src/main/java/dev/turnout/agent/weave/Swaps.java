package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Loaded classes that somebody gives another body. Whether the JVM takes that is decided later, and
 * nobody is told; but whoever has it transform the class again is shown the body that it has. Safe
 * for many threads.
 *
 * <p>Has a lock, in which nothing is done but to look up and to add.
 */
final class Swaps {
  // Of many bodies that are given at once all are shown before the JVM takes the first. To have a
  // class transformed in between would give it back the body that it had.
  private static final long NANOS_TO_TAKE = TimeUnit.SECONDS.toNanos(1);

  private final Set<Class<?>> unsettled = Collections.newSetFromMap(new WeakHashMap<>());
  private final List<Thread> asking = new CopyOnWriteArrayList<>();
  private volatile long shownNanos;

  /** Notes that another body of some loaded class was shown. */
  void shown(long nowNanos) {
    shownNanos = nowNanos;
  }

  /** Notes a class whose gates may be others by now. */
  void add(Class<?> type) {
    synchronized (unsettled) {
      unsettled.add(type);
    }
  }

  /** Takes the classes that were noted, once the JVM will have taken their bodies or not. */
  List<Class<?>> take(long nowNanos) {
    synchronized (unsettled) {
      if (unsettled.isEmpty() || nowNanos - shownNanos < NANOS_TO_TAKE) {
        return new ArrayList<>();
      }
      List<Class<?>> taken = new ArrayList<>(unsettled);
      unsettled.clear();
      return taken;
    }
  }

  /** What this thread has transformed from now on is shown with the body that the JVM has. */
  void ask() {
    asking.add(Thread.currentThread());
  }

  /** The end of {@link #ask}. */
  void answered() {
    asking.remove(Thread.currentThread());
  }

  /** Whether the body that this thread is shown is the one that the JVM has. */
  boolean isAnswer() {
    Thread current = Thread.currentThread();
    for (Thread thread : asking) {
      if (thread == current) {
        return true;
      }
    }
    return false;
  }
}
