package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Histogram;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StripedHistogramTest {
  private static final int THREADS = 8;
  private static final int EACH = 500_000;

  private static void record(StripedHistogram histogram, long nanos) {
    long[] own = histogram.own();
    histogram.record(own, StripedHistogram.sum(own), nanos);
  }

  @Test
  void noIncrementIsLostWhileThreadsMeetAndTablesAreAdded() throws InterruptedException {
    StripedHistogram histogram = new StripedHistogram();
    Together.run(
        THREADS,
        () -> {
          for (int call = 0; call < EACH; call++) {
            record(histogram, 5);
          }
          record(histogram, 7_000);
        });

    Histogram read = histogram.read();
    assertThat(read.buckets())
        .isEqualTo(
            Map.of(
                Histogram.indexOf(5),
                (long) THREADS * EACH,
                Histogram.indexOf(7_000),
                (long) THREADS));
    assertThat(read.sumNanos()).isEqualTo(5L * THREADS * EACH + 7_000L * THREADS);
  }

  @Test
  void valueBelowZero_countsAsZero() {
    StripedHistogram histogram = new StripedHistogram();
    histogram.record(-5);
    assertThat(histogram.read().sumNanos()).isZero();
    assertThat(histogram.count()).isEqualTo(1);
  }

  // A report with a sum below 0 would be refused as a whole.
  @Test
  void sumThatIsTooLarge_beginsAnew() {
    StripedHistogram histogram = new StripedHistogram();
    histogram.record(Long.MAX_VALUE);
    histogram.record(6);
    assertThat(histogram.read().sumNanos()).isEqualTo(5);
    assertThat(histogram.read().plus(histogram.read()).sumNanos()).isEqualTo(10);

    StripedHistogram other = new StripedHistogram();
    other.record(Long.MAX_VALUE);
    assertThat(histogram.read().plus(other.read()).sumNanos()).isEqualTo(4);
  }
}
