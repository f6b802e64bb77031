package dev.turnout.server.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that somebody did.
 *
 * @param revision the snapshot revision that came of it
 * @param at when
 * @param actor the name of the token that asked for it
 * @param action what was done, such as {@code update} or {@code kill}
 * @param flag to which flag; null if to the environment
 * @param before the flag or setting before, in JSON; null if there was none
 * @param after the flag or setting after, in JSON; null if it is gone
 * @param reason why, for people
 * @param overrides the names of the refusals that were gone against, separated by commas
 */
public record AuditEntry(
    long revision,
    Instant at,
    String actor,
    String action,
    @Nullable String flag,
    @Nullable String before,
    @Nullable String after,
    @Nullable String reason,
    String overrides) {
  /** The same, going against refusals. */
  public AuditEntry overriding(String names) {
    return new AuditEntry(revision, at, actor, action, flag, before, after, reason, names);
  }
}
