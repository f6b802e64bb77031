package dev.turnout.agent;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Says in a few words what of a flag was changed that its calls are decided or judged by. */
final class FlagDifferences {
  private FlagDifferences() {}

  /**
   * Returns what differs that {@link FlagNews#describe} never says; of users and the like only how
   * many there are. Empty if nothing does.
   */
  static List<String> besides(Flag before, Flag now) {
    List<String> changes = new ArrayList<>();
    if (!Set.copyOf(before.dependencies()).equals(Set.copyOf(now.dependencies()))) {
      changes.add("depends on " + FlagNews.listed(now.dependencies()));
    }
    if (!before.stickiness().equals(now.stickiness())) {
      changes.add("sticky by " + now.stickiness());
    }
    addBucketing(before.bucketing(), now.bucketing(), changes);
    Canary were = before.canary();
    Canary are = now.canary();
    add("canary users", were.users(), are.users(), changes);
    add("canary servers", were.servers(), are.servers(), changes);
    add("canary regions", were.regions(), are.regions(), changes);
    if (!before.limits().equals(now.limits())) {
      changes.add("limits " + FlagNews.listed(now.limits().stream().map(Limit::describe).toList()));
    }
    return changes;
  }

  /**
   * Returns what differs that {@link FlagNews#describe} may say, but did not: as the flag is off or
   * on for all by something else, or has more rings than it shows.
   */
  static List<String> hidden(Flag before, Flag now) {
    List<String> changes = new ArrayList<>();
    if (before.enabled() != now.enabled()) {
      changes.add(now.enabled() ? "enabled" : "disabled");
    }
    if (before.strategy() != now.strategy()
        || (now.strategy() == Flag.Strategy.PERCENTAGE
            && !before.percentage().equals(now.percentage()))) {
      changes.add(FlagNews.shares(now));
    } else if (now.strategy() == Flag.Strategy.RING && !before.rings().equals(now.rings())) {
      changes.add("percentages of rings");
    }
    if (!before.variants().equals(now.variants())) {
      changes.add("variants " + FlagNews.listed(now.variants().weights()));
    }
    return changes;
  }

  private static void addBucketing(Placement before, Placement now, List<String> changes) {
    if (before.exposure() != now.exposure() || before.variants() != now.variants()) {
      String exposure = now.exposure().wireName();
      String variants = now.variants().wireName();
      changes.add(
          "bucketing " + exposure + (exposure.equals(variants) ? "" : ", of variants " + variants));
    }
    if (!Objects.equals(before.key(), now.key())) {
      changes.add("another bucketing key");
    }
    if (!Objects.equals(before.salt(), now.salt())) {
      changes.add("another bucketing salt");
    }
  }

  private static void add(String what, Set<String> before, Set<String> now, List<String> changes) {
    if (!before.equals(now)) {
      changes.add(
          before.size() == now.size()
              ? "other " + what + ", " + now.size() + " as before"
              : what + " " + now.size() + ", were " + before.size());
    }
  }
}
