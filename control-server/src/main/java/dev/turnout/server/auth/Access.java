package dev.turnout.server.auth;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lets in whoever has a token with the right. */
public final class Access {
  private static final String SCHEME = "bearer ";

  private final Tokens tokens;

  /** Knows callers by {@code tokens}. */
  public Access(Tokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Returns who asks.
   *
   * @param authorization the header; null if there was none
   * @throws AccessException if there is no valid token, or one without the right
   */
  public Token check(@Nullable String authorization, Right right) {
    if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw AccessException.unknown();
    }
    Token token = tokens.find(authorization.substring(SCHEME.length()).trim());
    if (token == null) {
      throw AccessException.unknown();
    }
    token.require(right);
    return token;
  }
}
