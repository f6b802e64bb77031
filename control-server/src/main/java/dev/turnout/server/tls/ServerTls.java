package dev.turnout.server.tls;

import dev.turnout.client.tls.TlsStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS by PEM files that are looked at every few seconds: what is new in them holds for the
 * connections that are made from then on, those that are open stay. Files that cannot be used
 * change nothing but the log.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  private final TlsFiles files;
  private final Factory factory = new Factory();
  private final ScheduledExecutorService thread;
  private byte[] seen;

  /** Lets clients connect whatever certificate they send. */
  private static final class Factory extends SslContextFactory.Server {
    private volatile @Nullable ClientAuthorities clients;

    @Override
    protected TrustManager[] getTrustManagers(
        @Nullable KeyStore authorities, @Nullable Collection<? extends CRL> revoked)
        throws Exception {
      TrustManager[] managers = super.getTrustManagers(authorities, revoked);
      if (authorities == null) {
        return managers;
      }
      ClientAuthorities lenient =
          Arrays.stream(managers)
              .filter(X509ExtendedTrustManager.class::isInstance)
              .map(manager -> new ClientAuthorities((X509ExtendedTrustManager) manager))
              .findFirst()
              .orElseThrow(() -> new GeneralSecurityException("no trust manager for X.509"));
      clients = lenient;
      return new TrustManager[] {lenient};
    }
  }

  /** What the files hold. */
  private record Stores(KeyStore key, @Nullable KeyStore authorities) {}

  /**
   * Reads the files and begins to look at them.
   *
   * @param every how often
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  public ServerTls(TlsFiles files, Duration every) throws IOException {
    this.files = files;
    seen = digest();
    set(factory, read());
    factory.setWantClientAuth(files.clientAuthority() != null);
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread created = new Thread(task, "turnout-tls");
              created.setDaemon(true);
              return created;
            });
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::look, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** For Jetty's connections. */
  public SslContextFactory.Server factory() {
    return factory;
  }

  /** Returns whether agents need a certificate. */
  boolean asksAgents() {
    return files.clientAuthority() != null;
  }

  /** Returns whether the authorities of the moment vouch for an agent's certificate. */
  boolean vouchFor(X509Certificate[] chain) {
    ClientAuthorities clients = factory.clients;
    return clients != null && clients.vouchFor(chain);
  }

  private Stores read() throws IOException {
    Path clients = files.clientAuthority();
    return new Stores(
        TlsStores.key(files.certificate(), files.key()),
        clients == null ? null : TlsStores.authorities(clients));
  }

  private static void set(SslContextFactory.Server factory, Stores stores) {
    factory.setKeyStore(stores.key());
    factory.setKeyStorePassword(TlsStores.password());
    factory.setTrustStore(stores.authorities());
  }

  // An exception that left this method would end all looking.
  private void look() {
    try {
      byte[] now = digest();
      if (!Arrays.equals(now, seen)) {
        seen = now;
        Stores stores = read();
        factory.reload(reloaded -> set((SslContextFactory.Server) reloaded, stores));
        log.info("The certificate in {} is in use", files.certificate());
      }
    } catch (Exception e) {
      log.error("The new certificate is not used, the one before stays: {}", e.getMessage());
    }
  }

  // What they hold and not when they changed: a copy may keep its time.
  private byte[] digest() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes(files.certificate()));
      digest.update(bytes(files.key()));
      Path clients = files.clientAuthority();
      if (clients != null) {
        digest.update(bytes(clients));
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw TlsStores.unreadable(file, e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
