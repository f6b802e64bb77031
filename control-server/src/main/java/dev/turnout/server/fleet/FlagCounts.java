package dev.turnout.server.fleet;

import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import dev.turnout.flags.Variants;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** What the instances that are known now have counted of a flag, together. Immutable. */
public final class FlagCounts {
  private final Map<String, PathCounts> byVariant = new TreeMap<>();

  /**
   * Adds up the counts.
   *
   * @param flag the flag's name
   * @param revisions which of the flag's own revisions count
   */
  public FlagCounts(List<Agent> agents, String flag, LongPredicate revisions) {
    for (Agent agent : agents) {
      Report report = agent.report();
      if (report != null) {
        report.counts().stream()
            .filter(count -> count.flag().equals(flag))
            .filter(count -> revisions.test(count.flagRevision()))
            .forEach(count -> byVariant.merge(count.variant(), count.counts(), PathCounts::plus));
      }
    }
  }

  /** Of one variant, {@code off} for the fallback. */
  public PathCounts variant(String name) {
    return byVariant.getOrDefault(name, PathCounts.NONE);
  }

  /** Of the new path, whichever variant. */
  public PathCounts on() {
    return byVariant.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(Variants.OFF))
        .map(Map.Entry::getValue)
        .reduce(PathCounts.NONE, PathCounts::plus);
  }

  /** Of the fallback. */
  public PathCounts off() {
    return variant(Variants.OFF);
  }
}
