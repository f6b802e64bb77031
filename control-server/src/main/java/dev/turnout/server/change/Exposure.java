package dev.turnout.server.change;

import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares who may be on a flag's new path. Errs on the side of "raised": a change that only might
 * put somebody there counts.
 */
final class Exposure {
  // Stands for every ring that neither form of the flag names.
  private static final String UNNAMED = "";

  private Exposure() {}

  /**
   * Returns whether anybody may be on the flag's new path after, who was not before, be it by the
   * flag itself, by a flag it depends on, by canary mode or by the members of rings. False for a
   * flag that is not in both.
   */
  static boolean isRaised(Snapshot before, Snapshot after, String name) {
    Flag was = before.flag(name);
    Flag is = after.flag(name);
    return was != null && is != null && isRaised(before, after, was, is);
  }

  /**
   * As {@link #isRaised(Snapshot, Snapshot, String)}.
   *
   * @param was what to hold the flag itself against
   */
  static boolean isRaised(Snapshot before, Snapshot after, Flag was, Flag is) {
    if (isOff(is)) {
      return false;
    }
    return isRaised(was, is)
        || (isCanaryWider(before.canary(), after.canary()) && isWiderForCanaries(before, after, is))
        || (is.strategy() == Flag.Strategy.RING && areMembersRaised(before, after, is))
        || is.dependencies().stream().anyMatch(other -> isRaised(before, after, other));
  }

  private static boolean isCanaryWider(CanaryMode before, CanaryMode after) {
    return after.on() && (!before.on() || !before.users().containsAll(after.users()));
  }

  // Canary mode that is turned on means nothing to a flag while nobody is a canary.
  private static boolean isWiderForCanaries(Snapshot before, Snapshot after, Flag flag) {
    return before.canary().on()
        || !after.canary().users().isEmpty()
        || !flag.canary().equals(Canary.NONE);
  }

  private static boolean areMembersRaised(Snapshot before, Snapshot after, Flag flag) {
    Map<String, RingMembers> was = before.ringMembers();
    Map<String, RingMembers> is = after.ringMembers();
    Percentage lowest = shares(flag).min(Percentage::compareTo).orElse(Percentage.ZERO);
    Percentage highest = shares(flag).max(Percentage::compareTo).orElse(Percentage.ZERO);
    Set<String> rings = new LinkedHashSet<>(was.keySet());
    rings.addAll(is.keySet());
    for (String ring : rings) {
      RingMembers old = was.getOrDefault(ring, RingMembers.NONE);
      RingMembers now = is.getOrDefault(ring, RingMembers.NONE);
      Percentage share = flag.share(ring);
      // Who joins came from some other ring, who leaves goes to some other.
      if ((!old.includes(now) && share.compareTo(lowest) > 0)
          || (!now.includes(old) && share.compareTo(highest) < 0)) {
        return true;
      }
    }
    return false;
  }

  private static Stream<Percentage> shares(Flag flag) {
    return Stream.concat(flag.rings().values().stream(), Stream.of(flag.share(Flag.GA)));
  }

  /**
   * Returns whether callers who are on a flag's new path may get another variant of it after than
   * before. Any other split counts, an empty one too: it sends them to other code, and nothing says
   * that this is any nearer to the fallback. False for a flag that is off after, or not in both.
   */
  static boolean isSplitChanged(Snapshot before, Snapshot after, String name) {
    Flag was = before.flag(name);
    Flag is = after.flag(name);
    return was != null
        && is != null
        && !isOff(is)
        && (!was.variants().equals(is.variants())
            || (!is.variants().isEmpty() && !was.bucketing().equals(is.bucketing())));
  }

  /** Returns whether anybody may be on the new path after, who was not before. */
  static boolean isRaised(Flag before, Flag after) {
    if (isOff(after)) {
      return false;
    }
    return isOff(before)
        || !before.stickiness().equals(after.stickiness())
        || !before.bucketing().exposesAs(after.bucketing())
        || !after.dependencies().containsAll(before.dependencies())
        || isWider(before.canary(), after.canary())
        || isShareRaised(before, after);
  }

  /** The share of callers of no particular ring who are on the flag's new path. */
  static Percentage shareOfAll(@Nullable Flag flag) {
    return flag == null || isOff(flag) ? Percentage.ZERO : flag.share(Flag.GA);
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
    return rings.stream().anyMatch(ring -> after.share(ring).compareTo(before.share(ring)) > 0);
  }
}
