package dev.turnout.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy on the loopback address that can be cut, and can swallow what is sent. */
final class Wire implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile boolean silent;

  /** Begins to pass everything on to {@code target}. */
  Wire(int target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    daemon("wire", this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** How many connections were made so far, but for those that were ended at once. */
  int connections() {
    return connections.get();
  }

  /** Ends all connections; whoever comes again finds what listens at another port. */
  void turnTo(int port) throws IOException {
    target = port;
    mend();
  }

  /** Ends all connections, and every new one at once. */
  void cut() throws IOException {
    cut = true;
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Leaves connections open, and passes nothing on. */
  void silence() {
    silent = true;
  }

  /** Passes things on again, over new connections. */
  void mend() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    silent = false;
    cut = false;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        sockets.add(near);
        if (cut) {
          near.close();
          continue;
        }
        connections.incrementAndGet();
        Socket far = new Socket(InetAddress.getByName("127.0.0.1"), target);
        sockets.add(far);
        daemon("wire-to", () -> pump(near, far));
        daemon("wire-from", () -> pump(far, near));
      } catch (IOException e) {
        // The near side sees it as what it is: nobody there.
        continue;
      }
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] bytes = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int length;
      while ((length = in.read(bytes)) >= 0) {
        if (!silent) {
          out.write(bytes, 0, length);
        }
      }
    } catch (IOException e) {
      // Either side ended, and with it the other.
      sockets.remove(from);
    }
    sockets.remove(from);
    sockets.remove(to);
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
