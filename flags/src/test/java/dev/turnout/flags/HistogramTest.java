package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Random;
import java.util.TreeMap;
import org.HdrHistogram.Recorder;
import org.junit.jupiter.api.Test;

class HistogramTest {

  private static Histogram of(long... nanos) {
    TreeMap<Integer, Long> buckets = new TreeMap<>();
    long sum = 0;
    for (long value : nanos) {
      buckets.merge(Histogram.indexOf(value), 1L, Long::sum);
      sum += value;
    }
    return new Histogram(sum, buckets);
  }

  @Test
  void indexOf_withinBounds() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      long value = 2 + (random.nextLong() >>> 1 + random.nextInt(60));
      int index = Histogram.indexOf(value);
      assertThat((double) value)
          .isLessThanOrEqualTo(Histogram.upperBound(index) * 1.000001)
          .isGreaterThan(Histogram.upperBound(index - 1) * 0.999999);
    }
  }

  @Test
  void indexOf_atTheEndOfEachBucket_isThatBucket() {
    for (int index = 6 * Histogram.BUCKETS_PER_DOUBLING; index < 390; index++) {
      long end = (long) Math.floor(Histogram.upperBound(index));
      assertThat(Histogram.indexOf(end)).isEqualTo(index);
      assertThat(Histogram.indexOf(end + 1)).isEqualTo(index + 1);
    }
  }

  @Test
  void indexOf_extremes() {
    assertThat(Histogram.indexOf(Long.MIN_VALUE)).isZero();
    assertThat(Histogram.indexOf(0)).isZero();
    assertThat(Histogram.indexOf(Long.MAX_VALUE)).isLessThan(Histogram.SIZE);
  }

  @Test
  void quantile_asHdrHistogram() {
    Random random = new Random(2);
    Recorder oracle = new Recorder(3);
    long[] values = new long[20_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) Math.exp(12 + 1.5 * random.nextGaussian());
      oracle.recordValue(values[i]);
    }
    Histogram histogram = of(values);
    org.HdrHistogram.Histogram exact = oracle.getIntervalHistogram();
    for (double quantile : new double[] {0.5, 0.9, 0.95, 0.99, 0.999}) {
      assertThat(histogram.quantile(quantile))
          .isCloseTo(exact.getValueAtPercentile(quantile * 100), withinPercentage(5));
    }
  }

  @Test
  void plusMinus_inverse() {
    Histogram a = of(100, 200, 300);
    Histogram b = of(300, 4000);
    assertThat(a.plus(b).minus(b)).isEqualTo(a);
    assertThat(a.plus(b).count()).isEqualTo(5);
  }

  @Test
  void quantile_empty_notANumber() {
    assertThat(Histogram.EMPTY.quantile(0.99)).isNaN();
  }
}
