package dev.turnout.agent;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells once of each change how the calls of a flag that this JVM has gates for are decided now,
 * and what was changed that this leaves out. For one thread.
 */
final class FlagNews {
  private static final int SHOWN = 10;

  private final Measure measure;
  private final Map<String, Told> told = new HashMap<>();
  private Rulebook.@Nullable InForce lastInForce;
  private Set<String> lastGated = Set.of();
  private boolean lastSettled;

  /** What was said last of a flag, and the flag then; null if there was none. */
  private record Told(String text, @Nullable Flag flag) {}

  /**
   * Creates news of which none is told.
   *
   * @param measure how much is measured here, and so can be held against limits
   */
  FlagNews(Measure measure) {
    this.measure = measure;
  }

  /**
   * Returns a line for each flag that is decided otherwise than when this was last asked.
   *
   * @param gated the flags of this JVM's gates; another set after a change, as this one is kept
   * @param inForce another one after every change, trips among them
   * @param settled whether flags that are not there yet may be told as such
   */
  List<String> lines(Set<String> gated, Rulebook.InForce inForce, boolean settled) {
    if (isKnown(gated, inForce, settled)) {
      return List.of();
    }
    Snapshot snapshot = inForce.snapshot();
    List<String> lines = new ArrayList<>();
    for (String name : gated) {
      Told before = told.get(name);
      Flag flag = snapshot.flag(name);
      Told now = new Told(describe(name, inForce) + unwatched(flag), flag);
      if (flag == null && before == null && !settled) {
        continue;
      }
      told.put(name, now);
      String news = news(before, now);
      if (!news.isEmpty()) {
        String revision = snapshot.revision() > 0 ? "; revision " + snapshot.revision() : "";
        lines.add("flag " + name + ": " + news + revision);
      }
    }
    return lines;
  }

  private static String news(@Nullable Told before, Told now) {
    if (before == null) {
      return now.text();
    }
    boolean same = now.text().equals(before.text());
    List<String> changes = changes(before.flag(), now.flag(), same);
    if (same && changes.isEmpty()) {
      return "";
    }
    return now.text()
        + (same ? "" : "; before: " + before.text())
        + (changes.isEmpty() ? "" : "; changed: " + String.join(", ", changes));
  }

  private static List<String> changes(@Nullable Flag before, @Nullable Flag now, boolean sameText) {
    if (before == null || now == null) {
      return List.of();
    }
    List<String> changes = new ArrayList<>(FlagDifferences.besides(before, now));
    if (sameText) {
      changes.addAll(FlagDifferences.hidden(before, now));
    }
    return changes;
  }

  // Asked four times a second, and nearly always nothing has changed.
  @SuppressWarnings("ReferenceEquality") // whether it was replaced, and not what it says
  private boolean isKnown(Set<String> gated, Rulebook.InForce inForce, boolean settled) {
    boolean known = inForce == lastInForce && gated.equals(lastGated) && settled == lastSettled;
    lastInForce = inForce;
    lastGated = gated;
    lastSettled = settled;
    return known;
  }

  private String unwatched(@Nullable Flag flag) {
    List<String> unwatched = new ArrayList<>();
    for (Limit limit : flag == null ? List.<Limit>of() : flag.limits()) {
      if (!measure.suffices(limit)) {
        unwatched.add(limit.describe());
      }
    }
    return unwatched.isEmpty()
        ? ""
        : ", not watched with measure=" + measure + ": " + String.join(", ", unwatched);
  }

  /** Says in a few words how a flag's calls are decided. */
  static String describe(String name, Rulebook.InForce inForce) {
    Flag flag = inForce.snapshot().flag(name);
    CompiledFlag compiled = inForce.decider().flag(name);
    if (flag == null || compiled == null) {
      return "not known, so off";
    }
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind().name().toLowerCase(Locale.ROOT) + " by " + stop.by() + ", so off";
    }
    if (inForce.trips().containsKey(name)) {
      return "tripped in this JVM, so off";
    }
    if (!flag.enabled()) {
      return "disabled, so off";
    }
    if (isOffForAnother(compiled)) {
      return "off, for a flag that it depends on is";
    }
    if (compiled.isOnThisHost()) {
      return "on for all, for this is a canary server or region";
    }
    return flag.variants().isEmpty()
        ? shares(flag)
        : shares(flag) + ", variants: " + listed(flag.variants().weights());
  }

  /** Says how many calls a flag is on for, if nothing else decides. */
  static String shares(Flag flag) {
    return flag.strategy() == Flag.Strategy.PERCENTAGE
        ? flag.percentage().toString()
        : "by rings: " + listed(flag.rings());
  }

  /** Whether no call is on for the reason that a flag is off that this one depends on. */
  static boolean isOffForAnother(CompiledFlag flag) {
    int settled = flag.settled();
    return settled >= 0 && flag.decisions().get(settled).reason() == Reason.PREREQUISITE;
  }

  /** Shares by name, of which the first are shown. */
  static String listed(Map<String, Percentage> shares) {
    List<String> all = new ArrayList<>();
    shares.forEach((name, share) -> all.add(name + " " + share));
    return listed(all);
  }

  /** What there is of something, of which the first are shown. */
  static String listed(List<String> all) {
    if (all.isEmpty()) {
      return "none";
    }
    String shown = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
    return all.size() > SHOWN ? shown + ", …" : shown;
  }
}
