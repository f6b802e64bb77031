package dev.turnout.flags;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Latencies in a fixed-scale base-2 exponential histogram. Bucket {@code i} holds values from above
 * {@code 2^(i/8)} up to {@code 2^((i+1)/8)} nanoseconds (scale 3 of the OpenTelemetry and
 * Prometheus native histograms), so a value read from it is off by at most 4.4 %. Merging is
 * addition. Immutable.
 *
 * @param sumNanos the sum of all values, in nanoseconds
 * @param buckets count by bucket index, without empty buckets
 */
public record Histogram(long sumNanos, SortedMap<Integer, Long> buckets) {
  /** Buckets for each doubling. */
  public static final int BUCKETS_PER_DOUBLING = 8;

  /** The number of buckets that cover every positive long. */
  public static final int SIZE = 63 * BUCKETS_PER_DOUBLING;

  /** No value at all. */
  public static final Histogram EMPTY = new Histogram(0, new TreeMap<>());

  // A value is 2^exponent · (1 + mantissa / 2^63), and of the mantissas at which one bucket ends
  // and the next begins no two lie in the same sixteenth: so there is one to compare with, and no
  // branch to guess.
  private static final int SIXTEENTH = 59;
  private static final int[] ENDED_BEFORE = new int[16];
  private static final long[] END = new long[16];

  static {
    Arrays.fill(END, Long.MAX_VALUE);
    for (int j = 0; j < BUCKETS_PER_DOUBLING; j++) {
      double end = Math.pow(2, j / (double) BUCKETS_PER_DOUBLING) - 1;
      int sixteenth = (int) (end * 16);
      END[sixteenth] = (long) (end * (1L << 52)) << 11;
      for (int later = sixteenth + 1; later < 16; later++) {
        ENDED_BEFORE[later]++;
      }
    }
  }

  public Histogram {
    buckets = Collections.unmodifiableSortedMap(new TreeMap<>(buckets));
  }

  /** Returns the bucket of a latency in nanoseconds; values below 1 count as 1. */
  public static int indexOf(long nanos) {
    long value = Math.max(nanos, 1);
    int zeros = Long.numberOfLeadingZeros(value);
    long mantissa = value << zeros & Long.MAX_VALUE;
    int sixteenth = (int) (mantissa >>> SIXTEENTH);
    int isAboveEnd = (int) (END[sixteenth] - mantissa >>> 63);
    // Upper bounds are inclusive: an exact power of two belongs to the bucket that it closes.
    return Math.max(
        0, (63 - zeros) * BUCKETS_PER_DOUBLING - 1 + ENDED_BEFORE[sixteenth] + isAboveEnd);
  }

  /** The upper bound of a bucket, in nanoseconds. */
  public static double upperBound(int index) {
    return Math.pow(2, (index + 1) / (double) BUCKETS_PER_DOUBLING);
  }

  /** The number of values. */
  public long count() {
    return buckets.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns the sum of this and the other. A sum of values that is too large for a {@code long}
   * begins anew at 0, as counters do.
   */
  public Histogram plus(Histogram other) {
    SortedMap<Integer, Long> sum = new TreeMap<>(buckets);
    other.buckets.forEach((index, count) -> sum.merge(index, count, Long::sum));
    return new Histogram(sumNanos + other.sumNanos & Long.MAX_VALUE, sum);
  }

  /** Returns what this cumulative histogram has more than an earlier reading of itself. */
  public Histogram minus(Histogram earlier) {
    SortedMap<Integer, Long> difference = new TreeMap<>();
    for (Map.Entry<Integer, Long> entry : buckets.entrySet()) {
      long more = entry.getValue() - earlier.buckets.getOrDefault(entry.getKey(), 0L);
      if (more > 0) {
        difference.put(entry.getKey(), more);
      }
    }
    return new Histogram(sumNanos - earlier.sumNanos, difference);
  }

  /** Returns how many values are above a threshold in nanoseconds, by whole buckets. */
  public long above(double thresholdNanos) {
    long bad = 0;
    for (Map.Entry<Integer, Long> entry : buckets.entrySet()) {
      if (middle(entry.getKey()) > thresholdNanos) {
        bad += entry.getValue();
      }
    }
    return bad;
  }

  /**
   * Returns the value at a quantile, in nanoseconds; NaN if there is no value.
   *
   * @param quantile 0 to 1
   */
  public double quantile(double quantile) {
    long count = count();
    long rank = Math.max(1, (long) Math.ceil(quantile * count));
    long seen = 0;
    for (Map.Entry<Integer, Long> entry : buckets.entrySet()) {
      seen += entry.getValue();
      if (seen >= rank) {
        return middle(entry.getKey());
      }
    }
    return Double.NaN;
  }

  // The geometric middle halves the worst relative error.
  private static double middle(int index) {
    return Math.pow(2, (index + 0.5) / BUCKETS_PER_DOUBLING);
  }
}
