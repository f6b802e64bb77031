package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A histogram that many threads record in. As long as they hardly meet it is one table; if they do,
 * each thread gets one of several by its id, as {@link java.util.concurrent.atomic.LongAdder} does
 * it for one counter. Nothing is lost. Lock-free but for the moment in which tables are added.
 */
class StripedHistogram {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int MOST_TABLES =
      Math.min(8, 2 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors()));

  // How often threads meet before memory is given for it.
  private static final int MEETINGS = 1_024;

  // A table has how many values are in each bucket, and behind those the sum of all.
  private static final int SUM = Histogram.SIZE;

  // Two cache lines behind the sum, which would else be in one with the next table's length.
  private static final int LENGTH = SUM + 16;

  private final AtomicInteger meetings = new AtomicInteger();
  private volatile long[][] tables = {new long[LENGTH]};

  // While there is no other; null from then on. To be had without a look at which there are.
  private volatile long @Nullable [] only = tables[0];

  /** The table that this thread is to record in. */
  final long[] own() {
    long[] table = only;
    return table == null ? oneOfMany() : table;
  }

  private long[] oneOfMany() {
    long[][] all = tables;
    return all[(int) Thread.currentThread().getId() & all.length - 1];
  }

  /** Reads the sum of a table. */
  static long sum(long[] table) {
    return (long) CELL.getOpaque(table, SUM);
  }

  /**
   * Adds a value.
   *
   * @param own this thread's table
   * @param sum of the table, read shortly before: if it is another one now, threads have met
   * @param nanos at least 0
   */
  final void record(long[] own, long sum, long nanos) {
    if ((long) CELL.getAndAdd(own, SUM, nanos) != sum) {
      meet();
    }
    long unused = (long) CELL.getAndAdd(own, Histogram.indexOf(nanos), 1L);
  }

  /** Adds a value, where that need not be fast; one below 0 counts as 0. */
  final void record(long nanos) {
    long[] own = own();
    record(own, sum(own), Math.max(0, nanos));
  }

  private void meet() {
    if (tables.length < MOST_TABLES && meetings.incrementAndGet() % MEETINGS == 0) {
      widen();
    }
  }

  private synchronized void widen() {
    long[][] all = tables;
    if (all.length < MOST_TABLES) {
      long[][] twice = Arrays.copyOf(all, all.length * 2);
      for (int i = all.length; i < twice.length; i++) {
        twice[i] = new long[LENGTH];
      }
      tables = twice;
      only = null;
    }
  }

  /** Reads how many values there are, without telling them apart. */
  final long count() {
    long count = 0;
    for (long[] table : tables) {
      for (int i = 0; i < Histogram.SIZE; i++) {
        count += (long) CELL.getOpaque(table, i);
      }
    }
    return count;
  }

  /**
   * Reads everything; values recorded meanwhile may be in it or not. A sum that is too large for a
   * {@code long} begins anew at 0, as counters do: thousands of calls that each take days get
   * there.
   */
  final Histogram read() {
    SortedMap<Integer, Long> filled = new TreeMap<>();
    long sum = 0;
    for (long[] table : tables) {
      for (int i = 0; i < Histogram.SIZE; i++) {
        long count = (long) CELL.getVolatile(table, i);
        if (count > 0) {
          filled.merge(i, count, Long::sum);
        }
      }
      sum += (long) CELL.getVolatile(table, SUM);
    }
    return new Histogram(sum & Long.MAX_VALUE, filled);
  }
}
