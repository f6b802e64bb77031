package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which limits make sense. */
class LimitTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @ParameterizedTest
  @CsvSource({
    "ERROR_RATE, 0",
    "ERROR_RATE, 100",
    "ERROR_RATE, NaN",
    "P99, 0",
    "P50, 86400001",
    "P95, 1e300",
    "P95, Infinity",
    "CONSECUTIVE_FAILURES, 1.5",
    "CONSECUTIVE_FAILURES, -1",
    "CONSECUTIVE_FAILURES, 1000001",
  })
  void above_outOfRange_isRefused(Limit.Metric metric, double above) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> Limit.of(metric, above))
        .satisfies(e -> assertThat(e.field()).isEqualTo("limits.above"));
  }

  @ParameterizedTest
  @CsvSource({
    "ERROR_RATE, 0.001",
    "ERROR_RATE, 99.999",
    "P99, 86400000",
    "CONSECUTIVE_FAILURES, 0",
    "CONSECUTIVE_FAILURES, 1000000",
  })
  void above_atTheEdge_isTaken(Limit.Metric metric, double above) {
    assertThat(Limit.of(metric, above).above()).isEqualTo(above);
  }

  @Test
  void above_negativeZero_isZero() {
    assertThat(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, -0.0))
        .isEqualTo(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 0.0));
  }

  @Test
  void hold_ofMoreThanAWeek_isRefused() {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(
            () -> new Limit(Limit.Metric.ERROR_RATE, 5, MINUTE, 1, Duration.ofHours(7 * 24 + 1)))
        .satisfies(e -> assertThat(e.field()).isEqualTo("limits.for"));
  }

  @ParameterizedTest
  @CsvSource({"0", "1000000001", "9223372036854775807"})
  void minCalls_outOfRange_isRefused(long minCalls) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> new Limit(Limit.Metric.ERROR_RATE, 5, MINUTE, minCalls, Duration.ZERO))
        .satisfies(e -> assertThat(e.field()).isEqualTo("limits.min_calls"));
  }
}
