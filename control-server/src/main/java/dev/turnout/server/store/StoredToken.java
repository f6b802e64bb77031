package dev.turnout.server.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is kept: without its secrets.
 *
 * @param name shown as the actor in the audit
 * @param kind in lower case
 * @param service the one service that an agent's token speaks for; null for any
 * @param created when
 * @param revoked when it was; null if it was not
 * @param secrets the newest last; none if the token is revoked
 */
public record StoredToken(
    String name,
    String kind,
    @Nullable String service,
    Instant created,
    @Nullable Instant revoked,
    List<Secret> secrets) {
  public StoredToken {
    secrets = List.copyOf(secrets);
  }

  /**
   * What opens for the token.
   *
   * @param hash SHA-256 of the secret, in hexadecimal digits
   * @param created when
   * @param expires when it ends; null for never
   */
  public record Secret(String hash, Instant created, @Nullable Instant expires) {
    /** Returns whether it opens at that time. */
    public boolean isOpen(Instant at) {
      return expires == null || at.isBefore(expires);
    }
  }

  /** Returns whether any secret opens at that time. */
  public boolean isOpen(Instant at) {
    return secrets.stream().anyMatch(secret -> secret.isOpen(at));
  }

  /** The secret that was issued last; null if there is none. */
  public @Nullable Secret newest() {
    return secrets.isEmpty() ? null : secrets.get(secrets.size() - 1);
  }
}
