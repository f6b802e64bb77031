package dev.turnout.client.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How a client knows its server, and makes itself known. Immutable; files are read when a {@link
 * Sockets} is made, and TLS is not touched before.
 *
 * @param authority the certificates of the authorities that vouch for the server: a file, or PEM
 *     itself; empty for those that the JVM trusts
 * @param certificate what the client makes itself known by, PEM; null for nothing
 * @param key the key of that certificate; null if there is none
 */
public record ClientTls(String authority, @Nullable Path certificate, @Nullable Path key) {
  /** As the JVM does it. */
  public static final ClientTls DEFAULT = new ClientTls("", null, null);

  private static final String PEM = "-----BEGIN ";

  public ClientTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("a client's certificate and its key go together");
    }
  }

  /**
   * Ready to be used.
   *
   * @param factory makes the sockets
   * @param trust whom they trust
   */
  public record Sockets(SSLSocketFactory factory, X509TrustManager trust) {}

  /** Returns whether this is anything but what the JVM does without being told. */
  public boolean isOwn() {
    return !equals(DEFAULT);
  }

  /** The files that are read for it. */
  public List<Path> files() {
    Path authorityFile =
        authority.isEmpty() || authority.startsWith(PEM) ? null : Path.of(authority);
    return Stream.of(authorityFile, certificate, key).filter(Objects::nonNull).toList();
  }

  /**
   * Reads the files.
   *
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  public Sockets sockets() throws IOException {
    return sockets(Files::readAllBytes);
  }

  /**
   * Uses what was read of the files.
   *
   * @param source where their content comes from
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  public Sockets sockets(TlsStores.Source source) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      X509TrustManager trust = trust(source);
      context.init(keys(source), new TrustManager[] {trust}, null);
      return new Sockets(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
  }

  private X509TrustManager trust(TlsStores.Source source)
      throws IOException, GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    // Null stands for the JVM's own.
    KeyStore store = null;
    if (!authority.isEmpty()) {
      store =
          authority.startsWith(PEM)
              ? TlsStores.authorities(authority)
              : TlsStores.authorities(Path.of(authority), source);
    }
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("the JVM trusts no certificates");
  }

  private KeyManager @Nullable [] keys(TlsStores.Source source)
      throws IOException, GeneralSecurityException {
    Path ownCertificate = certificate;
    Path ownKey = key;
    if (ownCertificate == null || ownKey == null) {
      return null;
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(TlsStores.key(ownCertificate, ownKey, source), TlsStores.password().toCharArray());
    return factory.getKeyManagers();
  }
}
