package dev.turnout.agent.measure;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** All counts of one flag, by its revision, ring and variant. Safe for many threads. */
final class FlagRecorders {
  private static final int KEPT_REVISIONS = 8;

  private final String flag;
  private final Measure measure;
  private final Map<Stratum, PathRecorder> live = new HashMap<>();
  private final Map<String, PathCounts> retired = new HashMap<>();
  private final Map<String, Long> retiredCancelled = new HashMap<>();
  private final Map<Reason, Long> retiredDecisions = new EnumMap<>(Reason.class);
  private final Map<String, Integer> debuts = new HashMap<>();
  private boolean watched;

  // What those did that began before is not judged, whenever they end.
  private long judgedFrom;
  private final Map<String, PathCounts> retiredJudged = new HashMap<>();
  private final FailureRow newFailures = new FailureRow();
  private final Map<String, FailureRow> failures = new ConcurrentHashMap<>();
  private final Map<String, Long> successesTold = new HashMap<>();

  private record Stratum(long revision, String ring, String variant) {}

  FlagRecorders(String flag, Measure measure) {
    this.flag = flag;
    this.measure = measure;
    failures.put(Variants.OFF, new FailureRow());
  }

  synchronized Recorders.Use use(long revision, String ring, String variant) {
    Stratum stratum = new Stratum(revision, ring, variant);
    PathRecorder recorder = live.get(stratum);
    if (recorder == null) {
      live.values().forEach(PathRecorder::rest);
      recorder = new PathRecorder(measure, failureRow(variant), skipMask(variant), watched);
      live.put(stratum, recorder);
    }
    return new Recorders.Use(variant, recorder, recorder.use());
  }

  /** Whether these are the counts of that flag alone. */
  boolean isOf(String name) {
    return flag.equals(name);
  }

  /**
   * Returns leave to record calls of any of the flags that are counted together. Their revisions
   * and rings are as many as they are, and tell nothing of them all.
   */
  Recorders.Use useForAnother(String variant) {
    Recorders.Use use = use(0, Flag.GA, variant.equals(Variants.OFF) ? variant : Variants.ON);
    return new Recorders.Use(variant, use.recorder(), use.token());
  }

  // What was called much is called as much by the next rules: calls right after a change are not
  // slower for being timed, all of them.
  private int skipMask(String variant) {
    int mask = 0;
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (entry.getKey().variant().equals(variant)) {
        mask = Math.max(mask, entry.getValue().skipMask());
      }
    }
    return mask;
  }

  /** Changes whether calls that are not timed are seen while they run. */
  synchronized void watch(boolean wanted) {
    if (watched != wanted) {
      watched = wanted;
      live.values().forEach(recorder -> recorder.watch(wanted));
    }
  }

  /** Whether a gate may still record here. */
  synchronized boolean isUsed() {
    return live.values().stream().anyMatch(PathRecorder::isUsed);
  }

  private FailureRow failureRow(String variant) {
    // Without variants the new path is its own whole.
    return variant.equals(Variants.ON)
        ? newFailures
        : failures.computeIfAbsent(variant, name -> new FailureRow.OfVariant(newFailures));
  }

  /** Every variant that calls were or may be recorded for, in no order. */
  synchronized Set<String> variants() {
    Set<String> variants = new HashSet<>(retired.keySet());
    live.keySet().forEach(stratum -> variants.add(stratum.variant()));
    return variants;
  }

  synchronized void debut(String variant) {
    debuts.merge(variant, 1, Integer::sum);
  }

  synchronized Map<String, Integer> debuts() {
    return debuts.isEmpty() ? Map.of() : Map.copyOf(debuts);
  }

  /** How many gates a variant was called through so far. */
  synchronized int debuts(String variant) {
    return debuts.getOrDefault(variant, 0);
  }

  /**
   * Has nobody judged by what was decided under an earlier revision, nor by failures so far. May be
   * less than before: a server is restored from a backup, or a flags file is put back.
   */
  synchronized void judgeFrom(long revision) {
    judgedFrom = revision;
    newFailures.forget();
    failures.values().forEach(FailureRow::forget);
  }

  synchronized PathCounts total(Predicate<String> wanted) {
    return sum(wanted, retired, Long.MIN_VALUE);
  }

  /** As {@link #total}, of what is to be judged. */
  synchronized PathCounts judged(Predicate<String> wanted) {
    return sum(wanted, retiredJudged, judgedFrom);
  }

  private PathCounts sum(Predicate<String> wanted, Map<String, PathCounts> gone, long from) {
    PathCounts sum = PathCounts.NONE;
    for (Map.Entry<String, PathCounts> entry : gone.entrySet()) {
      if (wanted.test(entry.getKey())) {
        sum = sum.plus(entry.getValue());
      }
    }
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (wanted.test(entry.getKey().variant()) && entry.getKey().revision() >= from) {
        sum = sum.plus(entry.getValue().counts());
      }
    }
    return sum;
  }

  /**
   * How many calls of a variant succeeded; never less than was told before. A call that fails is
   * counted before its failure is: in between it looks like a success, and whoever watches a
   * counter takes one that goes down for one that began anew.
   */
  synchronized long successes(String variant) {
    PathCounts total = total(variant::equals);
    return successesTold.merge(variant, total.calls() - total.errors(), Math::max);
  }

  /** How many calls of a variant were cancelled. */
  synchronized long cancelled(String variant) {
    long sum = retiredCancelled.getOrDefault(variant, 0L);
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      sum += entry.getKey().variant().equals(variant) ? entry.getValue().cancelled() : 0;
    }
    return sum;
  }

  int takeLongestFailureRow() {
    return newFailures.takeLongest();
  }

  int takeLongestFailureRow(String variant) {
    return failureRow(variant).takeLongest();
  }

  Histogram inFlight(Predicate<String> wanted) {
    return running(wanted, PathRecorder::inFlight);
  }

  Histogram marked(Predicate<String> wanted) {
    return running(wanted, PathRecorder::marked);
  }

  private synchronized Histogram running(
      Predicate<String> wanted, Function<PathRecorder, Histogram> reading) {
    Histogram sum = Histogram.EMPTY;
    for (Map.Entry<Stratum, PathRecorder> entry : live.entrySet()) {
      if (wanted.test(entry.getKey().variant()) && entry.getKey().revision() >= judgedFrom) {
        sum = sum.plus(reading.apply(entry.getValue()));
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
                    flag,
                    stratum.revision(),
                    stratum.ring(),
                    stratum.variant(),
                    recorder.counts())));
    retired.forEach(
        (variant, total) -> counts.add(new Report.Count(flag, 0, "retired", variant, total)));
    // Most rings and variants of most revisions never see a call, and a report has its bounds.
    counts.removeIf(count -> isNone(count.counts()));
    return counts;
  }

  private static boolean isNone(PathCounts counts) {
    return counts.calls() == 0 && counts.latency().buckets().isEmpty();
  }

  /**
   * Looks which calls that went on elsewhere are over and have not said so, and has those make room
   * that are running for long.
   */
  synchronized void settle(long nowNanos) {
    live.values().forEach(recorder -> recorder.settle(nowNanos));
    live.values().forEach(PathRecorder::makeRoom);
  }

  synchronized void tune(boolean windowEnds) {
    // One share for all rings and revisions, or the slow calls of a quiet ring, all of them timed,
    // would be added to one in a thousand of a busy one's. Variants may differ: each is judged by
    // itself too, and what none of them breaches all together do not.
    Map<String, Long> calls = new HashMap<>();
    live.forEach(
        (stratum, recorder) -> calls.merge(stratum.variant(), recorder.callsInWindow(), Long::sum));
    live.forEach(
        (stratum, recorder) ->
            recorder.tune(calls.getOrDefault(stratum.variant(), 0L), windowEnds));
    if (windowEnds) {
      live.values().forEach(PathRecorder::rest);
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
                retire(entry.getKey(), entry.getValue());
              }
              return old;
            });
  }

  private void retire(Stratum stratum, PathRecorder recorder) {
    PathCounts last = recorder.counts();
    PathCounts counts = new PathCounts(last.calls(), last.errors(), 0, last.latency());
    retired.merge(stratum.variant(), counts, PathCounts::plus);
    retiredCancelled.merge(stratum.variant(), recorder.cancelled(), Long::sum);
    if (stratum.revision() >= judgedFrom) {
      retiredJudged.merge(stratum.variant(), counts, PathCounts::plus);
    }
    recorder
        .decisions()
        .forEach((reason, count) -> retiredDecisions.merge(reason, count, Long::sum));
  }
}
