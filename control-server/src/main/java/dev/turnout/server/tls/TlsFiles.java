package dev.turnout.server.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the server's certificate is.
 *
 * @param certificate PEM, the server's own first, then those that lead to the authority's
 * @param key the private key to it, PEM, PKCS#8
 * @param clientAuthority the certificates of the authorities that vouch for agents, PEM; null if
 *     agents need no certificate
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientAuthority) {}
