package dev.turnout.server.change;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Compares who may be on a flag's new path. Errs on the side of "raised": a change that only might
 * put somebody there counts.
 */
final class Exposure {
  // Stands for every ring that neither form of the flag names.
  private static final String UNNAMED = "";

  private Exposure() {}

  /** Returns whether anybody may be on the new path after, who was not before. */
  static boolean isRaised(Flag before, Flag after) {
    if (isOff(after)) {
      return false;
    }
    return isOff(before)
        || !before.stickiness().equals(after.stickiness())
        || !before.bucketing().equals(after.bucketing())
        || !after.dependencies().containsAll(before.dependencies())
        || isWider(before.canary(), after.canary())
        || isShareRaised(before, after);
  }

  private static boolean isOff(Flag flag) {
    return flag.stop() != null || !flag.enabled();
  }

  private static boolean isWider(Canary before, Canary after) {
    return !before.servers().containsAll(after.servers())
        || !before.regions().containsAll(after.regions())
        || !before.users().containsAll(after.users());
  }

  private static boolean isShareRaised(Flag before, Flag after) {
    Set<String> rings = new LinkedHashSet<>(before.rings().keySet());
    rings.addAll(after.rings().keySet());
    rings.add(Flag.GA);
    rings.add(UNNAMED);
    return rings.stream().anyMatch(ring -> share(after, ring).compareTo(share(before, ring)) > 0);
  }

  private static Percentage share(Flag flag, String ring) {
    return flag.strategy() == Flag.Strategy.RING
        ? flag.rings().getOrDefault(ring, Percentage.ZERO)
        : flag.percentage();
  }
}
