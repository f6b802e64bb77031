package dev.turnout.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call, what it is compared with, and what it may come to.
 *
 * @param says what the call is
 * @param gated the benchmark of it
 * @param direct the benchmark that it is compared with; empty for none
 */
record Row(String says, String gated, String direct, Limit limit) {
  // What profilers see beside the calls.
  private static final double NO_BYTES = 0.5;

  static final List<String> HEADER =
      List.of("", "direct, ns", "call, ns", "beyond", "of rounds", "×", "B", "limit", "held");

  /**
   * What a row came to; nanoseconds and bytes for one call.
   *
   * @param beyond the call less what it is compared with
   * @param least the smallest difference of any round
   * @param most the largest difference of any round
   * @param bytes allocated beyond what it is compared with
   * @param held whether the limit held and nothing was allocated; null without a limit
   */
  record Line(
      String call,
      double direct,
      double gated,
      double beyond,
      double least,
      double most,
      double ratio,
      double bytes,
      String limit,
      @Nullable Boolean held) {
    List<String> cells() {
      return List.of(
          call,
          direct == 0 ? "" : nanos(direct),
          nanos(gated),
          signed(beyond),
          least == most ? "" : signed(least) + " … " + signed(most),
          direct == 0 ? "" : String.format(Locale.ROOT, "%.2f", ratio),
          Row.bytes(bytes),
          limit,
          held == null ? "" : held ? "yes" : "NO");
    }
  }

  Line line(Map<String, Figures> measured) {
    Figures call = measured.getOrDefault(gated, Figures.NOTHING);
    Figures base = measured.getOrDefault(direct, Figures.NOTHING);
    List<Double> differences = call.beyond(base);
    double bytes = call.bytes() - base.bytes();
    return new Line(
        says,
        base.median(),
        call.median(),
        call.median() - base.median(),
        differences.stream().mapToDouble(Double::doubleValue).min().orElse(0),
        differences.stream().mapToDouble(Double::doubleValue).max().orElse(0),
        base.median() == 0 ? 0 : call.median() / base.median(),
        bytes,
        direct.isEmpty() ? limit.toString().replace("+", "") : limit.toString(),
        limit.isNone() ? null : limit.holds(base.median(), call.median()) && bytes < NO_BYTES);
  }

  static String nanos(double nanos) {
    return String.format(Locale.ROOT, nanos < 100 ? "%.2f" : "%.0f", nanos);
  }

  static String signed(double nanos) {
    return String.format(Locale.ROOT, Math.abs(nanos) < 100 ? "%+.2f" : "%+.0f", nanos);
  }

  static String bytes(double bytes) {
    return String.format(Locale.ROOT, "%.0f", Math.abs(bytes) < NO_BYTES ? 0 : bytes);
  }
}
