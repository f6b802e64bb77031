package dev.turnout.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.flags.FlagName;
import dev.turnout.server.store.StoredToken;
import dev.turnout.server.store.TokenStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that open this server. A token is 256 random bits; only its SHA-256 is kept, which is
 * enough for a secret that cannot be guessed. Safe for use by several threads.
 */
public final class Tokens {
  private static final int BYTES = 32;

  private final TokenStore store;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private volatile List<Known> known = List.of();

  /** Knows every token in the store. */
  public Tokens(TokenStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    refresh();
  }

  /** Looks again which tokens there are: another server may have changed that. */
  public synchronized void refresh() {
    known = store.all().stream().map(Known::of).toList();
  }

  /** Returns whether there is a token of that name. */
  public boolean contains(String name) {
    return known.stream().anyMatch(token -> token.token.name().equals(name));
  }

  /** Draws a secret. It opens nothing until {@link #add} is told of it. */
  public String secret() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Adds a token.
   *
   * @param token its name must not be taken
   * @param secret as drawn by {@link #secret}
   * @param lifetime how long it opens; null for ever
   */
  public synchronized void add(Token token, String secret, @Nullable Duration lifetime) {
    FlagName.check("name", token.name());
    Instant now = clock.instant();
    StoredToken stored =
        new StoredToken(
            token.name(),
            token.kind().wireName(),
            token.service(),
            HexFormat.of().formatHex(hash(secret)),
            now,
            lifetime == null ? null : now.plus(lifetime));
    store.add(stored);
    refresh();
  }

  /** Returns the token with that secret, or null if there is none or it has expired. */
  public @Nullable Token find(String secret) {
    byte[] hash = hash(secret);
    Known found = null;
    // No early end: how long it takes tells nothing about which token matched.
    for (Known candidate : known) {
      if (MessageDigest.isEqual(candidate.hash, hash)) {
        found = candidate;
      }
    }
    return found == null || found.isExpired(clock.instant()) ? null : found.token;
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static final class Known {
    final Token token;
    final byte[] hash;
    final @Nullable Instant expires;

    private Known(Token token, byte[] hash, @Nullable Instant expires) {
      this.token = token;
      this.hash = hash;
      this.expires = expires;
    }

    static Known of(StoredToken stored) {
      return new Known(
          new Token(stored.name(), TokenKind.named(stored.kind()), stored.service()),
          HexFormat.of().parseHex(stored.hash()),
          stored.expires());
    }

    boolean isExpired(Instant now) {
      return expires != null && !now.isBefore(expires);
    }
  }
}
