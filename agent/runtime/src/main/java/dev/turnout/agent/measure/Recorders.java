package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All counts of this JVM, by flag, flag revision, ring and path. Safe for many threads. */
public final class Recorders {
  private final Measure measure;
  private final Map<String, FlagRecorders> flags = new ConcurrentHashMap<>();

  /**
   * Leave to record.
   *
   * @param recorder where
   * @param token to be held as long as something may be recorded
   */
  public record Use(PathRecorder recorder, Object token) {}

  public Recorders(Measure measure) {
    this.measure = measure;
  }

  /** How much is measured of each call. */
  public Measure measure() {
    return measure;
  }

  /** Returns leave to record calls of one path of one revision and ring. */
  public Use use(String flag, long revision, String ring, boolean on) {
    return flags
        .computeIfAbsent(flag, name -> new FlagRecorders(name, measure))
        .use(revision, ring, on);
  }

  /** The flags that were gated so far. */
  public Set<String> flags() {
    return new TreeSet<>(flags.keySet());
  }

  /** Whether the flag was gated so far. */
  public boolean has(String flag) {
    return flags.containsKey(flag);
  }

  /** Everything that one path of a flag did since the JVM started. */
  public PathCounts total(String flag, boolean on) {
    FlagRecorders recorders = flags.get(flag);
    return recorders == null ? PathCounts.NONE : recorders.total(on);
  }

  /**
   * The longest row of failures of one path of a flag since this was last asked, by whoever judges
   * them.
   */
  public int takeLongestFailureRow(String flag, boolean on) {
    FlagRecorders recorders = flags.get(flag);
    return recorders == null ? 0 : recorders.takeLongestFailureRow(on);
  }

  /** How long the timed calls of one path of a flag that have not ended are running. */
  public Histogram inFlight(String flag, boolean on) {
    FlagRecorders recorders = flags.get(flag);
    return recorders == null ? Histogram.EMPTY : recorders.inFlight(on);
  }

  /** How many calls of a flag were decided for which reason since the JVM started. */
  public Map<Reason, Long> decisions(String flag) {
    @Nullable FlagRecorders recorders = flags.get(flag);
    return recorders == null ? Map.of() : recorders.decisions();
  }

  /** The counts for a report, by stratum; retired ones under revision 0. */
  public List<Report.Count> counts() {
    List<Report.Count> counts = new ArrayList<>();
    flags.values().forEach(recorders -> counts.addAll(recorders.counts()));
    return counts;
  }

  /** Adapts sampling, and at the end of a window folds what is old. Called by one thread. */
  public void tune(boolean windowEnds) {
    flags.values().forEach(recorders -> recorders.tune(windowEnds));
  }
}
