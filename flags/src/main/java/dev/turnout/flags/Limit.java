package dev.turnout.flags;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/**
 * What the new path may not exceed.
 *
 * @param metric what is limited
 * @param above the highest tolerated value in the metric's unit: percent between 0 and 100,
 *     milliseconds from above 0 to {@value #MAX_MILLIS}, or whole failures from 0 to {@value
 *     #MAX_FAILURES}
 * @param window the sliding window of the threshold rule, 1 second to 1 hour
 * @param minCalls the fewest calls in the window that are judged by the threshold rule, 1 to
 *     {@value #MAX_MIN_CALLS}
 * @param hold how long the threshold must stay exceeded, up to 7 days; zero for at once
 */
public record Limit(Metric metric, double above, Duration window, long minCalls, Duration hold) {
  /** The window where none is given. */
  public static final Duration DEFAULT_WINDOW = Duration.ofSeconds(60);

  /** The longest latency that can be a limit, a day, in milliseconds. */
  public static final int MAX_MILLIS = 86_400_000;

  /** The most failures in a row that can be tolerated. */
  public static final int MAX_FAILURES = 1_000_000;

  /** The largest minimum sample, in calls. */
  public static final int MAX_MIN_CALLS = 1_000_000_000;

  private static final Duration MIN_WINDOW = Duration.ofSeconds(1);
  private static final Duration MAX_WINDOW = Duration.ofHours(1);
  private static final Duration MAX_HOLD = Duration.ofDays(7);

  /** What can be limited. */
  public enum Metric {
    /** The share of calls that failed, in percent. */
    ERROR_RATE("error_rate", " %"),
    /** The median latency, in milliseconds. */
    P50("p50_ms", " ms"),
    /** The 95th percentile of the latency, in milliseconds. */
    P95("p95_ms", " ms"),
    /** The 99th percentile of the latency, in milliseconds. */
    P99("p99_ms", " ms"),
    /** Failures in a row; a success starts over. */
    CONSECUTIVE_FAILURES("consecutive_failures", "");

    private final String wireName;
    private final String unit;

    Metric(String wireName, String unit) {
      this.wireName = wireName;
      this.unit = unit;
    }

    /** The name in JSON. */
    public String wireName() {
      return wireName;
    }

    private boolean tolerates(double above) {
      return switch (this) {
        case ERROR_RATE -> above > 0 && above < 100;
        case P50, P95, P99 -> above > 0 && above <= MAX_MILLIS;
        case CONSECUTIVE_FAILURES ->
            above >= 0 && above <= MAX_FAILURES && above == Math.rint(above);
      };
    }

    private String range() {
      return switch (this) {
        case ERROR_RATE -> "a percentage above 0 and under 100";
        case P50, P95, P99 -> "milliseconds, above 0 and at most " + MAX_MILLIS;
        case CONSECUTIVE_FAILURES -> "a whole number from 0 to " + MAX_FAILURES;
      };
    }
  }

  public Limit {
    if (!metric.tolerates(above)) {
      throw new InvalidFlagException(
          "limits.above", "must be " + metric.range() + ", not " + shown(above));
    }
    // -0.0 is written as 0, and would no longer equal itself once it was read again.
    above += 0.0;
    if (window.compareTo(MIN_WINDOW) < 0 || window.compareTo(MAX_WINDOW) > 0) {
      throw new InvalidFlagException("limits.window", "must be 1 second to 1 hour");
    }
    if (minCalls < 1 || minCalls > MAX_MIN_CALLS) {
      throw new InvalidFlagException(
          "limits.min_calls", "must be 1 to " + MAX_MIN_CALLS + ", not " + minCalls);
    }
    if (hold.isNegative() || hold.compareTo(MAX_HOLD) > 0) {
      throw new InvalidFlagException("limits.for", "must be 0 seconds to 7 days (168h)");
    }
  }

  private static String shown(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** A limit with the default window and minimum sample, judged at once. */
  public static Limit of(Metric metric, double above) {
    return new Limit(metric, above, DEFAULT_WINDOW, defaultMinCalls(metric, above), Duration.ZERO);
  }

  /**
   * The fewest calls on which a breach of the threshold means something: 5 divided by the tolerated
   * share of bad calls.
   */
  public static long defaultMinCalls(Metric metric, double above) {
    double share = badShare(metric, above);
    return metric == Metric.CONSECUTIVE_FAILURES
        ? 1
        : (long) Math.min(100_000, Math.ceil(5 / Math.max(share, 5e-5)));
  }

  /** The tolerated share of bad calls, 0 to 1: a p99 of 500 ms tolerates 0.01 above 500 ms. */
  public double badShare() {
    return badShare(metric, above);
  }

  private static double badShare(Metric metric, double above) {
    return switch (metric) {
      case ERROR_RATE -> above / 100;
      case P50 -> 0.5;
      case P95 -> 0.05;
      case P99 -> 0.01;
      case CONSECUTIVE_FAILURES -> 0;
    };
  }

  /** Whether the limit is on latency. */
  public boolean isLatency() {
    return metric == Metric.P50 || metric == Metric.P95 || metric == Metric.P99;
  }

  /** The limit as people write it, such as {@code error_rate > 5 %}. */
  public String describe() {
    return metric.wireName + " > " + plain(above) + metric.unit;
  }

  static String plain(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
