package dev.turnout.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files by which others know a server.
 *
 * @param signingKey what snapshots are signed with; null for the data directory's own
 * @param nextSigningKey what they will be signed with after that; null if it is not given
 * @param certificate for TLS, PEM; null to be reached in the clear
 * @param key the private key to it, PEM
 * @param clientAuthority who vouches for agents, PEM; null if they need no certificate
 */
record ServerSecrets(
    @Nullable Path signingKey,
    @Nullable Path nextSigningKey,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable Path clientAuthority) {
  /** Signing keys of its own, and no TLS. */
  static final ServerSecrets OWN = new ServerSecrets(null, null, null, null, null);
}
