package dev.turnout.server.auth;

import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lets in whoever has a token with the right. */
public final class Access {
  private static final String SCHEME = "bearer ";

  private final Tokens tokens;
  private final FailedAttempts failures;

  /** Knows callers by {@code tokens}, and counts whoever has none. */
  public Access(Tokens tokens, FailedAttempts failures) {
    this.tokens = tokens;
    this.failures = failures;
  }

  /**
   * Returns who asks.
   *
   * @param authorization the header; null if there was none
   * @param from the address that asks
   * @throws AccessException if there is no valid token, or one without the right
   */
  public Token check(@Nullable String authorization, Right right, String from) {
    String secret = secret(authorization);
    Token token = secret == null ? null : tokens.find(secret);
    if (token == null) {
      failures.add(from);
      throw AccessException.unknown();
    }
    token.require(right);
    return token;
  }

  /**
   * Returns what tells, at any later time, whether the same header would still be let in.
   *
   * @param authorization a header that was let in
   */
  public BooleanSupplier validity(String authorization) {
    String secret = secret(authorization);
    // What is remembered for as long as a stream lasts opens nothing.
    String hash = secret == null ? "" : Secrets.hash(secret);
    return () -> tokens.findByHash(hash) != null;
  }

  private static @Nullable String secret(@Nullable String authorization) {
    return authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        ? null
        : authorization.substring(SCHEME.length()).trim();
  }
}
