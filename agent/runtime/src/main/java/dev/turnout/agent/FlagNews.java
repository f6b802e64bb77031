package dev.turnout.agent;

import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells once of each change how the calls of a flag that this JVM has gates for are decided now.
 * For one thread.
 */
final class FlagNews {
  private static final int SHOWN = 10;

  private final Map<String, String> told = new HashMap<>();
  private @Nullable Snapshot lastSnapshot;
  private int lastGated;
  private boolean lastSettled;

  /**
   * Returns a line for each flag that is decided otherwise than when this was last asked.
   *
   * @param gated the flags of this JVM's gates
   * @param snapshot what is in force; another one after every change, trips among them
   * @param trips this JVM's own
   * @param settled whether flags that are not there yet may be told as such
   */
  List<String> lines(
      Collection<String> gated, Snapshot snapshot, Map<String, Trip> trips, boolean settled) {
    if (isKnown(gated.size(), snapshot, settled)) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    for (String name : gated) {
      Flag flag = snapshot.flag(name);
      String before = told.get(name);
      String now = describe(flag, trips.get(name));
      if (now.equals(before) || (flag == null && before == null && !settled)) {
        continue;
      }
      told.put(name, now);
      lines.add(
          "flag "
              + name
              + ": "
              + now
              + (before == null ? "" : "; before: " + before)
              + (snapshot.revision() > 0 ? "; revision " + snapshot.revision() : ""));
    }
    return lines;
  }

  // Asked four times a second, and nearly always nothing has changed.
  @SuppressWarnings("ReferenceEquality") // whether it was replaced, and not what it says
  private boolean isKnown(int gated, Snapshot snapshot, boolean settled) {
    boolean known = snapshot == lastSnapshot && gated == lastGated && settled == lastSettled;
    lastSnapshot = snapshot;
    lastGated = gated;
    lastSettled = settled;
    return known;
  }

  /** Says in a few words how a flag's calls are decided. */
  static String describe(@Nullable Flag flag, @Nullable Trip trip) {
    if (flag == null) {
      return "not known, so off";
    }
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind().name().toLowerCase(Locale.ROOT) + " by " + stop.by() + ", so off";
    }
    if (trip != null && !Rulebook.isVoid(trip, flag)) {
      return "tripped in this JVM, so off";
    }
    if (!flag.enabled()) {
      return "disabled, so off";
    }
    String shares =
        flag.strategy() == Flag.Strategy.PERCENTAGE
            ? flag.percentage().toString()
            : "by rings: " + listed(flag.rings());
    return flag.variants().isEmpty()
        ? shares
        : shares + ", variants: " + listed(flag.variants().weights());
  }

  private static String listed(Map<String, Percentage> shares) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Percentage> share : shares.entrySet()) {
      if (parts.size() == SHOWN) {
        parts.add("…");
        break;
      }
      parts.add(share.getKey() + " " + share.getValue());
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }
}
