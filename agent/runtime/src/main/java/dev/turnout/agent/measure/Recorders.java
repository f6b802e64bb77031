package dev.turnout.agent.measure;

import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All counts of this JVM, by flag, flag revision, ring and path. Strata of revisions long gone are
 * folded into one total, so memory does not grow with the number of edits. Safe for many threads.
 */
public final class Recorders {
  private static final int KEPT_REVISIONS = 8;

  private final Measure measure;
  private final Map<Stratum, PathRecorder> live = new ConcurrentHashMap<>();
  private final Map<PathOfFlag, PathCounts> retired = new ConcurrentHashMap<>();

  private final Map<DecisionOfFlag, Long> retiredDecisions = new ConcurrentHashMap<>();

  private record Stratum(String flag, long revision, String ring, boolean on) {}

  private record PathOfFlag(String flag, boolean on) {}

  private record DecisionOfFlag(String flag, Reason reason) {}

  public Recorders(Measure measure) {
    this.measure = measure;
  }

  /** How much is measured of each call. */
  public Measure measure() {
    return measure;
  }

  /** Returns the recorder of a stratum. */
  public PathRecorder of(String flag, long revision, String ring, boolean on) {
    return live.computeIfAbsent(
        new Stratum(flag, revision, ring, on), stratum -> new PathRecorder(measure));
  }

  /** The flags that were gated so far. */
  public Set<String> flags() {
    Set<String> flags = new TreeSet<>();
    live.keySet().forEach(stratum -> flags.add(stratum.flag()));
    return flags;
  }

  /** Everything that one path of a flag did since the JVM started. */
  public PathCounts total(String flag, boolean on) {
    PathCounts sum = retired.getOrDefault(new PathOfFlag(flag, on), PathCounts.NONE);
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (entry.getKey().on() == on && entry.getKey().flag().equals(flag)) {
        sum = sum.plus(entry.getValue().counts());
      }
    }
    return sum;
  }

  /** How many calls of a flag were decided for which reason since the JVM started. */
  public Map<Reason, Long> decisions(String flag) {
    Map<Reason, Long> sums = new EnumMap<>(Reason.class);
    retiredDecisions.forEach(
        (decision, count) -> {
          if (decision.flag().equals(flag)) {
            sums.merge(decision.reason(), count, Long::sum);
          }
        });
    live.forEach(
        (stratum, recorder) -> {
          if (stratum.flag().equals(flag)) {
            recorder.decisions().forEach((reason, count) -> sums.merge(reason, count, Long::sum));
          }
        });
    return sums;
  }

  /** The counts for a report, by stratum; retired ones under revision 0 and no ring. */
  public List<Report.Count> counts() {
    List<Report.Count> counts = new ArrayList<>();
    live.forEach(
        (stratum, recorder) ->
            counts.add(
                new Report.Count(
                    stratum.flag(),
                    stratum.revision(),
                    stratum.ring(),
                    stratum.on(),
                    recorder.counts())));
    retired.forEach(
        (path, total) -> counts.add(new Report.Count(path.flag(), 0, "retired", path.on(), total)));
    return counts;
  }

  /** Adapts sampling, and at the end of a window folds what is old. Called by one thread. */
  public void tune(boolean windowEnds) {
    live.values().forEach(recorder -> recorder.tune(windowEnds));
    if (windowEnds) {
      live.keySet().stream().map(Stratum::flag).distinct().toList().forEach(this::retireOld);
    }
  }

  private void retireOld(String flag) {
    List<Long> revisions =
        live.keySet().stream()
            .filter(stratum -> stratum.flag().equals(flag))
            .map(Stratum::revision)
            .distinct()
            .sorted(Comparator.reverseOrder())
            .toList();
    if (revisions.size() <= KEPT_REVISIONS) {
      return;
    }
    long oldestKept = revisions.get(KEPT_REVISIONS - 1);
    for (Stratum stratum : List.copyOf(live.keySet())) {
      if (stratum.flag().equals(flag) && stratum.revision() < oldestKept) {
        PathRecorder recorder = live.remove(stratum);
        if (recorder != null) {
          retired.merge(new PathOfFlag(flag, stratum.on()), recorder.counts(), PathCounts::plus);
          recorder
              .decisions()
              .forEach(
                  (reason, count) ->
                      retiredDecisions.merge(new DecisionOfFlag(flag, reason), count, Long::sum));
        }
      }
    }
  }
}
