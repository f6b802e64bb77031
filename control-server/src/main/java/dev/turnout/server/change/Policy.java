package dev.turnout.server.change;

import java.util.List;

/**
 * When and how exposure may be raised in an environment.
 *
 * @param blackouts times in which nothing is raised
 * @param oneRollout whether a flag with a ladder may only be raised while no other is on its way up
 */
public record Policy(List<Blackout> blackouts, boolean oneRollout) {
  /** The most blackouts. */
  public static final int MAX_BLACKOUTS = 100;

  /** No blackouts, one rollout at a time. */
  public static final Policy DEFAULT = new Policy(List.of(), true);

  public Policy {
    blackouts = List.copyOf(blackouts);
  }
}
