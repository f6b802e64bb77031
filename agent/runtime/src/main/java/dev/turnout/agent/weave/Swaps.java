package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Loaded classes that somebody gives another body. Whether the JVM takes that is decided later, and
 * nobody is told; but whoever has it transform the class again is shown the body that it has. And
 * those that were shown so when there was no room to gate them. Safe for many threads.
 *
 * <p>Has a lock, in which nothing is done but to look up and to add.
 */
final class Swaps {
  // Of many bodies that are given at once all are shown before the JVM takes the first. To have a
  // class transformed in between would give it back the body that it had.
  private static final long NANOS_TO_TAKE = TimeUnit.SECONDS.toNanos(1);

  // A profiler may have classes changed all the time. By then any of a batch are taken.
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

  // A memory that stays full shall not have the JVM stand still again and again.
  private static final int MOST_TRIES = 30;

  private final Set<Class<?>> unsettled = Collections.newSetFromMap(new WeakHashMap<>());
  private final List<Thread> asking = new CopyOnWriteArrayList<>();
  private final Map<Class<?>, Integer> failures = new WeakHashMap<>();
  private final Set<Class<?>> failed = Collections.newSetFromMap(new WeakHashMap<>());
  private long firstNanos;
  private volatile long shownNanos;

  /** Notes that another body of a loaded class was shown. */
  void shown(Class<?> type, long nowNanos) {
    shownNanos = nowNanos;
    synchronized (unsettled) {
      if (failed.remove(type)) {
        unsettled.add(type);
      }
    }
  }

  /** Notes a class whose gates may be others by now. */
  void add(Class<?> type, long nowNanos) {
    synchronized (unsettled) {
      began(nowNanos);
      unsettled.add(type);
    }
  }

  /**
   * Notes a class that was shown with the body that it has, and that there was no room to gate: for
   * another try, of which there is an end.
   */
  void failed(Class<?> type, long nowNanos) {
    shownNanos = nowNanos;
    synchronized (unsettled) {
      Integer before = failures.get(type);
      int times = before == null ? 1 : before + 1;
      failures.put(type, times);
      if (times <= MOST_TRIES) {
        began(nowNanos);
        failed.add(type);
      }
    }
  }

  private void began(long nowNanos) {
    if (unsettled.isEmpty() && failed.isEmpty()) {
      firstNanos = nowNanos;
    }
  }

  /** Notes that there was room for a class. */
  void succeeded(Class<?> type) {
    synchronized (unsettled) {
      failures.remove(type);
    }
  }

  /** Takes the classes that there was no room for, a moment later. */
  List<Class<?>> takeFailed(long nowNanos) {
    return take(failed, nowNanos);
  }

  /** Takes the classes that were noted, once the JVM will have taken their bodies or not. */
  List<Class<?>> take(long nowNanos) {
    return take(unsettled, nowNanos);
  }

  private List<Class<?>> take(Set<Class<?>> noted, long nowNanos) {
    synchronized (unsettled) {
      boolean soon = nowNanos - shownNanos < NANOS_TO_TAKE && nowNanos - firstNanos < MOST_NANOS;
      if (soon || noted.isEmpty()) {
        return new ArrayList<>();
      }
      List<Class<?>> taken = new ArrayList<>(noted);
      noted.clear();
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
