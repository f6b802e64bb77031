package dev.turnout.flags;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who stands on which list of a snapshot, found with one look-up for all of them; made once for all
 * flags. Immutable; wait-free.
 */
final class Members {
  /** A caller who is on no list. */
  static final Member NOBODY = new Member(false, Member.NO_RING);

  /**
   * What the lists say of a caller.
   *
   * @param canary whether on the allow-list of canary mode, and that is on
   * @param ring the place of the first ring that lists the caller; {@link #NO_RING} for none
   */
  record Member(boolean canary, int ring) {
    /** After every ring there is. */
    static final int NO_RING = Integer.MAX_VALUE;
  }

  private final List<String> rings;
  private final Map<String, Member> users;

  // Nearly every caller is on no list.
  private final KeyFilter listed;

  private final Map<String, Integer> domains;

  Members(Snapshot snapshot) {
    rings = List.copyOf(snapshot.ringMembers().keySet());
    Collection<String> canaries = snapshot.canary().on() ? snapshot.canary().users() : List.of();
    Map<String, Integer> ringOf = new HashMap<>();
    domains = new HashMap<>();
    List<RingMembers> lists = new ArrayList<>(snapshot.ringMembers().values());
    for (int i = 0; i < lists.size(); i++) {
      for (String user : lists.get(i).users()) {
        ringOf.putIfAbsent(user, i);
      }
      for (String domain : lists.get(i).emailDomains()) {
        domains.putIfAbsent(domain, i);
      }
    }
    Member[] inRing = new Member[rings.size()];
    Member[] canaryInRing = new Member[rings.size()];
    for (int i = 0; i < inRing.length; i++) {
      inRing[i] = new Member(false, i);
      canaryInRing[i] = new Member(true, i);
    }
    users = new HashMap<>();
    ringOf.forEach((user, ring) -> users.put(user, inRing[ring]));
    Member canary = new Member(true, Member.NO_RING);
    for (String user : canaries) {
      Integer ring = ringOf.get(user);
      users.put(user, ring == null ? canary : canaryInRing[ring]);
    }
    listed = new KeyFilter(users.keySet());
  }

  /** The rings that have lists; a ring's place is its index. */
  List<String> rings() {
    return rings;
  }

  /** Returns what the lists say of a user. */
  Member of(@Nullable String user) {
    Member member = user == null || !listed.mayHold(user) ? null : users.get(user);
    return member == null ? NOBODY : member;
  }

  /** Whether no list has users or domains. */
  boolean isEmpty() {
    return users.isEmpty() && domains.isEmpty();
  }

  /**
   * Returns the place of a caller's ring: the first that lists the user, or the domain of the
   * address.
   */
  int ring(Member member, Caller caller) {
    if (domains.isEmpty()) {
      return member.ring;
    }
    String email = caller.attribute("email");
    Integer byDomain =
        email == null
            ? null
            : domains.get(email.substring(email.indexOf('@') + 1).toLowerCase(Locale.ROOT));
    return byDomain == null ? member.ring : Math.min(byDomain, member.ring);
  }
}
