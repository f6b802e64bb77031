package dev.turnout.flags;

import java.util.Set;

/**
 * Who belongs to a ring without saying so.
 *
 * @param users by targeting key
 * @param emailDomains by the part of the {@code email} attribute after the {@code @}, lower case
 */
public record RingMembers(Set<String> users, Set<String> emailDomains) {
  /** Nobody. */
  public static final RingMembers NONE = new RingMembers(Set.of(), Set.of());

  public RingMembers {
    users = Set.copyOf(users);
    emailDomains = Set.copyOf(emailDomains);
  }

  /** Returns whether everybody of {@code other} belongs here too. */
  public boolean includes(RingMembers other) {
    return users.containsAll(other.users) && emailDomains.containsAll(other.emailDomains);
  }
}
