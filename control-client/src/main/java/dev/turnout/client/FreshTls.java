package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.client.tls.TlsStores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLSocketFactory;

/**
 * TLS by what its files hold when a connection begins: certificates that live for a day are
 * replaced in place, and the JVM goes on. Files that cannot be used, such as a certificate whose
 * key is yet to be written, are told of, and what was read before stays in use. Safe for use by
 * several threads.
 */
final class FreshTls {
  // The authorities of a whole distribution take a few hundred kilobytes.
  private static final int MAX_BYTES = 16 << 20;

  private final ClientTls tls;
  private final Warnings warnings;
  private final Map<Path, SteadyFile> files = new HashMap<>();
  private volatile Used used;

  /** What the files held, and what came of it. */
  private record Used(
      Map<Path, ByteBuffer> contents, SSLSocketFactory factory, ClientTls.Sockets sockets) {}

  /**
   * Reads the files.
   *
   * @throws IOException saying in one line what cannot be used and what would be right
   */
  FreshTls(ClientTls tls, Warnings warnings) throws IOException {
    this.tls = tls;
    this.warnings = warnings;
    tls.files().forEach(file -> files.put(file, new SteadyFile(file, MAX_BYTES)));
    used = use(read());
  }

  /** What connections are made by: another object once the files were found to be others. */
  ClientTls.Sockets sockets() {
    return used.sockets();
  }

  /** Looks whether the files are others. What they hold counts, for a copy may keep its time. */
  synchronized void look() {
    try {
      Map<Path, ByteBuffer> now = read();
      if (!now.equals(used.contents())) {
        used = use(now);
      }
    } catch (IOException e) {
      warnings.warn(
          Topic.TLS,
          "the TLS files cannot be used as they are now, what was read before stays in use: "
              + e.getMessage());
    }
  }

  private Map<Path, ByteBuffer> read() throws IOException {
    Map<Path, ByteBuffer> read = new HashMap<>();
    for (Map.Entry<Path, SteadyFile> file : files.entrySet()) {
      try {
        read.put(file.getKey(), ByteBuffer.wrap(file.getValue().read()));
      } catch (IOException e) {
        throw TlsStores.unreadable(file.getKey(), e);
      }
    }
    return Map.copyOf(read);
  }

  private Used use(Map<Path, ByteBuffer> contents) throws IOException {
    ClientTls.Sockets made =
        tls.sockets(file -> Objects.requireNonNull(contents.get(file)).array());
    return new Used(contents, made.factory(), new ClientTls.Sockets(new Sockets(), made.trust()));
  }

  /** Makes sockets in the one way that OkHttp asks for: over one that is connected. */
  private final class Sockets extends SSLSocketFactory {
    @Override
    public Socket createSocket(Socket connected, String host, int port, boolean closesIt)
        throws IOException {
      look();
      return used.factory().createSocket(connected, host, port, closesIt);
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return used.factory().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return used.factory().getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }
  }
}
