package dev.turnout.flags;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a flag is off until somebody resets it, whatever its percentage says.
 *
 * @param kind by a person or by a limit
 * @param by who: a token's name, or the instance whose limit was breached
 * @param at when
 * @param reason for people: which limit, what was seen, over how many calls
 * @param evidence the trip's figures; null for a kill
 */
public record Stop(Kind kind, String by, Instant at, String reason, @Nullable Trip evidence) {

  /** Who stopped the flag. */
  public enum Kind {
    /** A person or a program said so. */
    KILLED,
    /** A limit was breached. */
    TRIPPED
  }
}
