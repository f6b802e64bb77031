package dev.turnout.flags;

import java.util.Set;

/**
 * Canary mode of a whole environment.
 *
 * @param on whether canaries are served the new path at all
 * @param users the allow-list: users who are canaries for every enabled flag
 */
public record CanaryMode(boolean on, Set<String> users) {
  /** Off, nobody on the list. */
  public static final CanaryMode OFF = new CanaryMode(false, Set.of());

  public CanaryMode {
    users = Set.copyOf(users);
  }
}
