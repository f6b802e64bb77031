package dev.turnout.agent.measure;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A table of counters that many threads increment. As long as they hardly meet it is one table; if
 * they do, each thread gets one of several by its id, as {@link
 * java.util.concurrent.atomic.LongAdder} does it for one counter. Lock-free but for the moment in
 * which tables are added.
 */
final class StripedCounts {
  private static final int MOST_TABLES =
      Math.min(8, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  // How often threads meet before memory is given for it.
  private static final int MEETINGS = 1_024;

  private final int size;
  private final AtomicInteger meetings = new AtomicInteger();
  private volatile AtomicLongArray[] tables;

  StripedCounts(int size) {
    this.size = size;
    tables = new AtomicLongArray[] {new AtomicLongArray(size)};
  }

  /** Adds one to a counter, and something to another. */
  void increment(int index, int other, long added) {
    AtomicLongArray[] all = tables;
    AtomicLongArray own = all[(int) Thread.currentThread().getId() & all.length - 1];
    own.getAndAdd(other, added);
    long count = own.getPlain(index);
    if (!own.compareAndSet(index, count, count + 1)) {
      meet(own, index);
    }
  }

  private void meet(AtomicLongArray own, int index) {
    own.getAndIncrement(index);
    if (tables.length < MOST_TABLES && meetings.incrementAndGet() % MEETINGS == 0) {
      widen();
    }
  }

  private synchronized void widen() {
    AtomicLongArray[] all = tables;
    if (all.length < MOST_TABLES) {
      AtomicLongArray[] twice = Arrays.copyOf(all, all.length * 2);
      for (int i = all.length; i < twice.length; i++) {
        twice[i] = new AtomicLongArray(size);
      }
      tables = twice;
    }
  }

  /** Reads a counter; increments meanwhile may be in it or not. */
  long get(int index) {
    long sum = 0;
    for (AtomicLongArray table : tables) {
      sum += table.get(index);
    }
    return sum;
  }
}
