package dev.turnout.server.auth;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whoever is asking, as far as their token tells.
 *
 * @param name the token's name, the actor in the audit
 * @param kind what it may do
 * @param service the one service that it speaks for; null for any
 */
public record Token(String name, TokenKind kind, @Nullable String service) {
  /** Returns whether this token has the right. */
  public boolean has(Right right) {
    return kind.has(right);
  }

  /**
   * Insists on a right.
   *
   * @throws AccessException if this token does not have it
   */
  public void require(Right right) {
    if (!has(right)) {
      throw AccessException.forbidden(
          "a token of kind " + kind.wireName() + " has no right to " + describe(right));
    }
  }

  /**
   * Insists on the service that this token speaks for.
   *
   * @throws AccessException if it is another
   */
  public void requireService(String name) {
    if (service != null && !service.equals(name)) {
      throw AccessException.forbidden("this token speaks for " + service + ", not for " + name);
    }
  }

  private static String describe(Right right) {
    return right == Right.AGENT ? "act as an agent" : right.name().toLowerCase(Locale.ROOT);
  }
}
