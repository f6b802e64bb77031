package dev.turnout.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What one benchmark came to.
 *
 * @param nanos for one call, in nanoseconds: the median of each round; NaN where there is none
 * @param bytes allocated by one call: the median of the rounds
 */
record Figures(List<Double> nanos, double bytes) {
  /** No time at all, to be the baseline of what is told as it is. */
  static final Figures NOTHING = new Figures(List.of(), 0);

  double median() {
    List<Double> known = nanos.stream().filter(each -> !each.isNaN()).toList();
    return known.isEmpty() ? 0 : median(known);
  }

  /** How much this is beyond the other, round by round; if no round has both, of the medians. */
  List<Double> beyond(Figures other) {
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < nanos.size(); i++) {
      double difference = nanos.get(i) - (i < other.nanos.size() ? other.nanos.get(i) : 0);
      if (!Double.isNaN(difference)) {
        differences.add(difference);
      }
    }
    return differences.isEmpty() ? List.of(median() - other.median()) : differences;
  }

  static double median(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
