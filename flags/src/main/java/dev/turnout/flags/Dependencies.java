package dev.turnout.flags;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks what flags depend on, each flag once. Agents decide along dependencies at every call, so a
 * few dozen flags that all depend on each other's dependencies could keep an application from ever
 * coming to an end.
 */
final class Dependencies {
  private static final String FIELD = "dependencies";

  private final Snapshot snapshot;
  private final Map<String, Reach> checked = new HashMap<>();

  /**
   * How far the dependencies of a flag reach, itself included.
   *
   * @param chain how many flags long the longest chain is
   * @param decisions how many it takes to decide the flag
   */
  private record Reach(int chain, int decisions) {}

  Dependencies(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /**
   * Checks all flags.
   *
   * @throws InvalidFlagException if the dependencies of one cannot be
   */
  void check() {
    snapshot.flags().values().forEach(flag -> reach(flag, List.of()));
  }

  private Reach reach(Flag flag, List<String> path) {
    String name = flag.name();
    Reach known = checked.get(name);
    if (known != null) {
      return known;
    }
    List<String> here = new ArrayList<>(path);
    here.add(name);
    if (path.contains(name)) {
      throw new InvalidFlagException(FIELD, "form a cycle: " + String.join(" -> ", here));
    }
    int chain = 1;
    int decisions = 1;
    for (String dependency : flag.dependencies()) {
      Flag on = snapshot.flag(dependency);
      if (on == null) {
        throw new InvalidFlagException(
            FIELD, name + " depends on " + dependency + ", which does not exist");
      }
      // Longer than it may be already: a chain of thousands needs no stack of as many calls.
      if (here.size() > Snapshot.MAX_CHAIN) {
        throw tooLong(name);
      }
      Reach beyond = reach(on, here);
      chain = Math.max(chain, beyond.chain() + 1);
      decisions += beyond.decisions();
    }
    if (chain > Snapshot.MAX_CHAIN) {
      throw tooLong(name);
    }
    if (decisions > Snapshot.MAX_DECISIONS) {
      throw new InvalidFlagException(
          FIELD,
          "of "
              + name
              + " and of what it depends on take more than "
              + Snapshot.MAX_DECISIONS
              + " decisions: a flag that several of them depend on is decided for each");
    }
    Reach reach = new Reach(chain, decisions);
    checked.put(name, reach);
    return reach;
  }

  private static InvalidFlagException tooLong(String name) {
    return new InvalidFlagException(
        FIELD, "form a chain of more than " + Snapshot.MAX_CHAIN + " flags, at " + name);
  }
}
