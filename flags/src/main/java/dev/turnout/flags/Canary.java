package dev.turnout.flags;

import java.util.Set;

/**
 * Who sees a flag's new path while canary mode is on.
 *
 * @param servers instances, by name
 * @param regions regions, by name
 * @param users users, by targeting key
 */
public record Canary(Set<String> servers, Set<String> regions, Set<String> users) {
  /** Nobody. */
  public static final Canary NONE = new Canary(Set.of(), Set.of(), Set.of());

  public Canary {
    servers = Set.copyOf(servers);
    regions = Set.copyOf(regions);
    users = Set.copyOf(users);
  }
}
