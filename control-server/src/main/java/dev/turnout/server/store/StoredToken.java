package dev.turnout.server.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is kept: without its secret.
 *
 * @param name shown as the actor in the audit
 * @param kind in lower case
 * @param service the one service that an agent's token speaks for; null for any
 * @param hash SHA-256 of the secret, in hexadecimal digits
 * @param created when
 * @param expires when it ends; null for never
 */
public record StoredToken(
    String name,
    String kind,
    @Nullable String service,
    String hash,
    Instant created,
    @Nullable Instant expires) {}
