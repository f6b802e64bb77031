package dev.turnout.server.change;

import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.RingMembers;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The changes that people make to the environment as a whole. */
public final class EnvironmentChanges {
  private EnvironmentChanges() {}

  /**
   * Begins a new epoch, for a store that was restored or lost: agents that know later revisions of
   * the old epoch take its snapshots again.
   */
  public static Change raiseEpoch() {
    return Draft::raiseEpoch;
  }

  /** Turns canary mode on or off. */
  public static Change canaryMode(boolean on) {
    return draft -> draft.canary(new CanaryMode(on, draft.canary().users()));
  }

  /** Puts a user on the allow-list. */
  public static Change addCanaryUser(String user) {
    return draft -> {
      Set<String> users = new LinkedHashSet<>(draft.canary().users());
      users.add(user);
      draft.canary(new CanaryMode(draft.canary().on(), users));
    };
  }

  /** Takes a user off the allow-list. */
  public static Change removeCanaryUser(String user) {
    return draft -> {
      Set<String> users = new LinkedHashSet<>(draft.canary().users());
      if (!users.remove(user)) {
        throw new NotFoundException(user + " is not on the canary list");
      }
      draft.canary(new CanaryMode(draft.canary().on(), users));
    };
  }

  /** Says who belongs to a ring. A new ring is tried after those that are there. */
  public static Change putRing(String name, RingMembers members) {
    FlagName.check("name", name);
    return draft -> {
      Map<String, RingMembers> rings = draft.rings();
      rings.put(name, members);
      draft.rings(rings);
    };
  }

  /** Forgets who belongs to a ring. */
  public static Change removeRing(String name) {
    return draft -> {
      Map<String, RingMembers> rings = draft.rings();
      if (rings.remove(name) == null) {
        throw new NotFoundException("there is no ring " + name);
      }
      draft.rings(rings);
    };
  }
}
