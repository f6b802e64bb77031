package dev.turnout.benchmarks.fleet;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param measured what it is
 * @param samples of how many
 * @param p50 the median, in milliseconds
 * @param p99 in milliseconds
 * @param max in milliseconds
 * @param found whatever else was found, in words
 * @param limit what it may come to; empty for none
 * @param held whether it was held; null without a limit
 */
record Outcome(
    String measured,
    int samples,
    double p50,
    double p99,
    double max,
    String found,
    String limit,
    @Nullable Boolean held) {

  static final List<String> HEADER =
      List.of("", "samples", "p50, ms", "p99, ms", "max, ms", "found", "limit", "held");

  static Outcome of(String measured, Latencies latencies, String found) {
    return of(measured, latencies, found, "", null);
  }

  static Outcome of(
      String measured, Latencies latencies, String found, String limit, @Nullable Boolean held) {
    return new Outcome(
        measured,
        latencies.size(),
        latencies.millis(0.5),
        latencies.millis(0.99),
        latencies.millis(1),
        found,
        limit,
        held);
  }

  /** Something that is counted and not timed. */
  static Outcome count(String measured, int samples, String found, String limit, boolean held) {
    return new Outcome(measured, samples, 0, 0, 0, found, limit, held);
  }

  List<String> cells() {
    return List.of(
        measured,
        Integer.toString(samples),
        millis(p50),
        millis(p99),
        millis(max),
        found,
        limit,
        held == null ? "" : held ? "yes" : "NO");
  }

  private static String millis(double value) {
    return value == 0 ? "" : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
  }
}
