package dev.turnout.agent.measure;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Since when those calls are running that have given up their places for others to be seen: each
 * start as often as there are such calls, at most {@value #MOST} in all. Safe for many threads,
 * which wait for each other: who comes here has a call behind it that took long.
 */
final class LongCalls {
  static final int MOST = 4_096;

  private final Map<Long, Integer> starts = new HashMap<>();
  private int size;

  /** Adds a start; returns whether there was room. */
  synchronized boolean add(long start) {
    if (size == MOST) {
      return false;
    }
    starts.merge(start, 1, Integer::sum);
    size++;
    return true;
  }

  /** Removes a start, once, if it is there. */
  synchronized void remove(long start) {
    Integer count = starts.remove(start);
    if (count != null) {
      size--;
      if (count > 1) {
        starts.put(start, count - 1);
      }
    }
  }

  /** Tells each start and how often it is there. */
  synchronized void forEach(BiConsumer<Long, Integer> reader) {
    starts.forEach(reader);
  }
}
