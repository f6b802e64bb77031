package dev.turnout.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between client and server, and does to connections what networks do. */
final class FaultyProxy implements AutoCloseable {
  final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket listening;
  private final URI server;
  private final List<Link> links = new ArrayList<>();
  private volatile @Nullable Duration resetAfter;
  private volatile boolean holdsStreams;
  private volatile boolean stopped;
  private volatile boolean closed;

  FaultyProxy(URI server) throws IOException {
    this.server = server;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("proxy", this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** Resets every connection from now on when it is that old; null for never. */
  void resetAfter(@Nullable Duration age) {
    resetAfter = age;
  }

  /** Keeps what comes on streams from now on to itself, as a proxy does that buffers. */
  void holdStreams() {
    holdsStreams = true;
  }

  /** Takes all connections that are there out of service: open, but nothing goes through. */
  synchronized void cut() {
    links.forEach(link -> link.cut = true);
  }

  /** Lets nothing through and takes no connection, as long as it is stopped; nothing is lost. */
  void stopped(boolean now) {
    stopped = now;
  }

  private void accept() throws IOException {
    while (!closed) {
      awaitGoing();
      Socket client = listening.accept();
      awaitGoing();
      connections.incrementAndGet();
      Link link = new Link(client, new Socket(server.getHost(), server.getPort()));
      synchronized (this) {
        links.add(link);
      }
      start("proxy-up", link::up);
      start("proxy-down", link::down);
      Duration age = resetAfter;
      if (age != null) {
        start("proxy-reset", () -> link.resetAfter(age));
      }
    }
  }

  private void awaitGoing() throws IOException {
    while (stopped && !closed) {
      FakeServer.pause(5);
    }
  }

  private final class Link {
    private final Socket client;
    private final Socket upstream;
    private volatile boolean cut;
    private volatile boolean stream;

    Link(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    void up() throws IOException {
      pump(client, upstream, false);
    }

    void down() throws IOException {
      pump(upstream, client, true);
    }

    private void pump(Socket from, Socket to, boolean towardsClient) throws IOException {
      byte[] buffer = new byte[8192];
      try (from;
          to) {
        OutputStream out = to.getOutputStream();
        int size;
        while ((size = from.getInputStream().read(buffer)) >= 0) {
          awaitGoing();
          if (!towardsClient) {
            stream = new String(buffer, 0, size, US_ASCII).startsWith("GET /agent/v1/stream");
          }
          if (!cut && !(towardsClient && stream && holdsStreams)) {
            out.write(buffer, 0, size);
          }
        }
        while (cut && !closed) {
          FakeServer.pause(5);
        }
      }
    }

    void resetAfter(Duration age) throws IOException {
      FakeServer.pause(age.toMillis());
      client.setSoLinger(true, 0);
      client.close();
      upstream.close();
    }
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void start(String name, Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // The end of a connection, by whichever side.
                return;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    List<Link> all;
    synchronized (this) {
      all = List.copyOf(links);
    }
    for (Link link : all) {
      link.client.close();
      link.upstream.close();
    }
  }
}
