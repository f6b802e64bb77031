package dev.turnout.server.change;

import dev.turnout.flags.InvalidFlagException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a change, and with what say-so.
 *
 * @param name the name of the token
 * @param reason why, for the audit; null if it was not said
 * @param overrides the refusals that a person means to go against
 */
public record Author(String name, @Nullable String reason, Set<Refusal> overrides) {
  /**
   * Checks that who goes against a refusal says why.
   *
   * @throws InvalidFlagException if there are overrides and no reason
   */
  public Author {
    overrides = Set.copyOf(overrides);
    if (!overrides.isEmpty() && (reason == null || reason.isBlank())) {
      throw new InvalidFlagException("reason", "must be given with an override");
    }
  }

  /** An author who gives no reason and goes against nothing. */
  public static Author named(String name) {
    return new Author(name, null, Set.of());
  }
}
