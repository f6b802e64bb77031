package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All counts of one flag, by its revision, ring and path. Safe for many threads. */
final class FlagRecorders {
  private static final int KEPT_REVISIONS = 8;

  private final String flag;
  private final Measure measure;
  private final Map<Stratum, PathRecorder> live = new HashMap<>();
  private final Map<Boolean, PathCounts> retired = new HashMap<>();
  private final Map<Reason, Long> retiredDecisions = new EnumMap<>(Reason.class);
  private final FailureRow newFailures = new FailureRow();
  private final FailureRow fallbackFailures = new FailureRow();

  private record Stratum(long revision, String ring, boolean on) {}

  FlagRecorders(String flag, Measure measure) {
    this.flag = flag;
    this.measure = measure;
  }

  synchronized Recorders.Use use(long revision, String ring, boolean on) {
    PathRecorder recorder =
        live.computeIfAbsent(
            new Stratum(revision, ring, on),
            stratum -> new PathRecorder(measure, on ? newFailures : fallbackFailures));
    return new Recorders.Use(recorder, recorder.use());
  }

  synchronized PathCounts total(boolean on) {
    PathCounts sum = retired.getOrDefault(on, PathCounts.NONE);
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (entry.getKey().on() == on) {
        sum = sum.plus(entry.getValue().counts());
      }
    }
    return sum;
  }

  int takeLongestFailureRow(boolean on) {
    return (on ? newFailures : fallbackFailures).takeLongest();
  }

  synchronized Histogram inFlight(boolean on) {
    Histogram sum = Histogram.EMPTY;
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (entry.getKey().on() == on) {
        sum = sum.plus(entry.getValue().inFlight());
      }
    }
    return sum;
  }

  synchronized Map<Reason, Long> decisions() {
    Map<Reason, Long> sums = new EnumMap<>(Reason.class);
    sums.putAll(retiredDecisions);
    live.values()
        .forEach(
            recorder ->
                recorder
                    .decisions()
                    .forEach((reason, count) -> sums.merge(reason, count, Long::sum)));
    return sums;
  }

  synchronized List<Report.Count> counts() {
    List<Report.Count> counts = new ArrayList<>();
    live.forEach(
        (stratum, recorder) ->
            counts.add(
                new Report.Count(
                    flag, stratum.revision(), stratum.ring(), stratum.on(), recorder.counts())));
    retired.forEach((on, total) -> counts.add(new Report.Count(flag, 0, "retired", on, total)));
    return counts;
  }

  synchronized void tune(boolean windowEnds) {
    live.values().forEach(recorder -> recorder.tune(windowEnds));
    if (windowEnds) {
      retireOld();
    }
  }

  // Folds the strata of revisions long gone into one total, so that memory does not grow with the
  // number of edits; those that a call may still end in stay.
  private void retireOld() {
    List<Long> revisions =
        live.keySet().stream()
            .map(Stratum::revision)
            .distinct()
            .sorted(Comparator.reverseOrder())
            .toList();
    if (revisions.size() <= KEPT_REVISIONS) {
      return;
    }
    long oldestKept = revisions.get(KEPT_REVISIONS - 1);
    live.entrySet()
        .removeIf(
            entry -> {
              boolean old = entry.getKey().revision() < oldestKept && !entry.getValue().isUsed();
              if (old) {
                retire(entry.getKey().on(), entry.getValue());
              }
              return old;
            });
  }

  private void retire(boolean on, PathRecorder recorder) {
    PathCounts last = recorder.counts();
    retired.merge(
        on, new PathCounts(last.calls(), last.errors(), 0, last.latency()), PathCounts::plus);
    recorder
        .decisions()
        .forEach((reason, count) -> retiredDecisions.merge(reason, count, Long::sum));
  }
}
