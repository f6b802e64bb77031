package dev.turnout.benchmarks.fleet;

import java.util.Arrays;

/** Durations in nanoseconds, all of them kept. Safe for use by several threads. */
final class Latencies {
  private long[] nanos = new long[1024];
  private int size;

  synchronized void add(long value) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = value;
  }

  synchronized int size() {
    return size;
  }

  /** The smallest value that at least that share of all does not exceed, in milliseconds. */
  synchronized double millis(double share) {
    if (size == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(share * size) - 1)] / 1e6;
  }
}
