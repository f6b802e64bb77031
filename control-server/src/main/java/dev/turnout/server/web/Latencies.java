package dev.turnout.server.web;

import dev.turnout.flags.PathCounts;
import tools.jackson.databind.node.ObjectNode;

/** Figures of a path for people: milliseconds and rates, and null where too little is known. */
final class Latencies {
  private static final double NANOS_PER_MILLI = 1e6;
  // More digits than the histogram knows would only look exact.
  private static final double PRECISION = 1_000;
  private static final double RATE_PRECISION = 1_000_000;

  private Latencies() {}

  /** A quantile of the timed calls in milliseconds; not a number if none was timed. */
  static double millis(PathCounts counts, double quantile) {
    double millis = counts.latency().quantile(quantile) / NANOS_PER_MILLI;
    return Double.isNaN(millis) ? millis : Math.round(millis * PRECISION) / PRECISION;
  }

  /** Failed calls per call, 0 to 1; not a number if there was none. */
  static double errorRate(PathCounts counts) {
    return counts.calls() == 0
        ? Double.NaN
        : Math.round((double) counts.errors() / counts.calls() * RATE_PRECISION) / RATE_PRECISION;
  }

  /** Puts a figure, or null if it is not a number. */
  static void put(ObjectNode json, String name, double figure) {
    if (Double.isNaN(figure)) {
      json.putNull(name);
    } else {
      json.put(name, figure);
    }
  }
}
