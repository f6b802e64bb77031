package dev.turnout.agent.measure;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Three counters in an array, in rows: each thread has one by its id, and may share it with others.
 * No increment is lost, and none waits. Functions on an array instead of an object around it: each
 * object on the way to a counter takes longer than the counting.
 *
 * <p>Right behind its counters a row has dice: the thread has them at hand with its counters, which
 * the random numbers of the JDK are not.
 */
final class ThreadRows {
  /** How many counters a row has. */
  static final int COUNTERS = 3;

  static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** The greatest mask of a random number. */
  static final int MOST_RANDOM = 0xffff;

  private static final int DICE = COUNTERS;

  // Two cache lines, which processors fetch together; and one row's length before the first, or its
  // thread would take the array's length away from the others with each increment.
  private static final int ROW = 16;

  // More than there are processors: which threads run at once is chance, and so is who meets whom.
  private static final int ROWS =
      Math.min(64, 4 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors()));
  private static final int MASK = ROWS * ROW - 1;

  // Knuth's, for MMIX: of its 64 bits the highest are the most random.
  private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
  private static final long INCREMENT = 1_442_695_040_888_963_407L;
  private static final int HIGHEST_BITS = 48;

  private ThreadRows() {}

  /** Makes an array whose counters are zero. */
  static long[] create() {
    long[] rows = new long[ROW + ROWS * ROW];
    for (int row = ROW; row < rows.length; row += ROW) {
      rows[row + DICE] = ThreadLocalRandom.current().nextLong();
    }
    return rows;
  }

  static int own() {
    return ROW + ((int) Thread.currentThread().getId() * ROW & MASK);
  }

  /** Adds one to a counter. */
  static void increment(long[] rows, int counter) {
    long unused = (long) CELL.getAndAdd(rows, own() + counter, 1L);
  }

  /**
   * Casts the dice.
   *
   * @param mask one less than a power of two, up to {@link #MOST_RANDOM}
   * @return a number from 0 to the mask; threads of one row that cast at once may get the same
   */
  static int random(long[] rows, int mask) {
    int dice = own() + DICE;
    long next = rows[dice] * MULTIPLIER + INCREMENT;
    rows[dice] = next;
    return (int) (next >>> HIGHEST_BITS) & mask;
  }

  /** Reads a counter; increments meanwhile may be in it or not. */
  static long sum(long[] rows, int counter) {
    long sum = 0;
    for (int row = ROW; row < rows.length; row += ROW) {
      sum += (long) CELL.getVolatile(rows, row + counter);
    }
    return sum;
  }
}
