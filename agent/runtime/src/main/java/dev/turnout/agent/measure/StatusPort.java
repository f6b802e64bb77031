package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.agent.AgentThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers a handful of GET requests on one thread. A client that is slow, idle or endless keeps
 * nobody from being answered and takes a few kilobytes at most.
 *
 * <p>Not the JDK's HTTP server: that asks for a {@code System.Logger} when it starts and so fixes
 * the JVM's log manager before an application that brings its own had the chance to.
 */
public final class StatusPort implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 32;
  private static final int MAX_REQUEST = 8_192;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final byte[] END = "\r\n\r\n".getBytes(ISO_8859_1);

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Map<String, Supplier<byte[]>> pages;
  private final String host;

  private StatusPort(
      String host,
      Selector selector,
      ServerSocketChannel listener,
      Map<String, Supplier<byte[]>> pages) {
    this.host = host;
    this.selector = selector;
    this.listener = listener;
    this.pages = pages;
  }

  /** A connection: first the request is filled in, then the answer is emptied. */
  private static final class Exchange {
    final long deadline = System.nanoTime() + PATIENCE_NANOS;
    final ByteBuffer request = ByteBuffer.allocate(MAX_REQUEST);
    @Nullable ByteBuffer answer;
  }

  /**
   * Opens the port.
   *
   * @param port 0 for any free one
   * @param pages what to answer, by path
   * @throws IllegalStateException if the port cannot be opened
   */
  public static StatusPort open(String host, int port, Map<String, Supplier<byte[]>> pages) {
    try {
      Selector selector = Selector.open();
      ServerSocketChannel listener = ServerSocketChannel.open();
      StatusPort opened = new StatusPort(host, selector, listener, pages);
      try {
        listener.bind(new InetSocketAddress(host, port));
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      AgentThread.start("turnout-status", opened::serve);
      return opened;
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException("metrics-port " + host + ":" + port + ": " + e, e);
    }
  }

  /** Where it listens. */
  public String url() {
    return "http://" + host + ":" + listener.socket().getLocalPort();
  }

  private void serve() {
    AgentThread.repeat("answering on the metrics port", selector::isOpen, this::turn);
  }

  private void turn() {
    try {
      selector.select(1_000);
      if (!selector.isOpen()) {
        return;
      }
      for (Iterator<SelectionKey> ready = selector.selectedKeys().iterator(); ready.hasNext(); ) {
        SelectionKey key = ready.next();
        ready.remove();
        serve(key);
      }
      long now = System.nanoTime();
      for (SelectionKey key : List.copyOf(selector.keys())) {
        if (key.attachment() instanceof Exchange exchange && now - exchange.deadline > 0) {
          drop(key);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void serve(SelectionKey key) throws IOException {
    if (key.isValid() && key.isAcceptable()) {
      accept();
    } else if (key.attachment() instanceof Exchange exchange) {
      try {
        talk(key, exchange);
      } catch (IOException e) {
        // The client went away.
        drop(key);
      } catch (Throwable e) {
        drop(key);
        throw e;
      }
    }
  }

  private void accept() throws IOException {
    SocketChannel connection = listener.accept();
    if (connection == null) {
      return;
    }
    if (selector.keys().size() > MAX_CONNECTIONS) {
      dropOldest();
    }
    connection.configureBlocking(false);
    connection.register(selector, SelectionKey.OP_READ, new Exchange());
  }

  // Who connected first had the most time; a newcomer may be the one who means it.
  private void dropOldest() {
    SelectionKey oldest = null;
    long deadline = Long.MAX_VALUE;
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof Exchange exchange && exchange.deadline < deadline) {
        oldest = key;
        deadline = exchange.deadline;
      }
    }
    if (oldest != null) {
      drop(oldest);
    }
  }

  private void talk(SelectionKey key, Exchange exchange) throws IOException {
    SocketChannel connection = (SocketChannel) key.channel();
    ByteBuffer answer = exchange.answer;
    if (answer == null) {
      if (connection.read(exchange.request) < 0) {
        drop(key);
        return;
      }
      if (!isWhole(exchange.request)) {
        return;
      }
      answer = answer(exchange.request);
      exchange.answer = answer;
      key.interestOps(SelectionKey.OP_WRITE);
    }
    connection.write(answer);
    if (!answer.hasRemaining()) {
      drop(key);
    }
  }

  // A request that fills the buffer is answered too: with what its first line asks for.
  private static boolean isWhole(ByteBuffer request) {
    int length = request.position();
    if (length == MAX_REQUEST) {
      return true;
    }
    for (int i = 0; i < END.length; i++) {
      if (length < END.length || request.get(length - END.length + i) != END[i]) {
        return false;
      }
    }
    return true;
  }

  private ByteBuffer answer(ByteBuffer request) {
    String text = new String(request.array(), 0, request.position(), ISO_8859_1);
    String[] words = text.substring(0, Math.max(0, text.indexOf('\r'))).split(" ", -1);
    boolean get = words.length == 3 && words[0].equals("GET");
    String path = get ? words[1].split("\\?", -1)[0] : "";
    Supplier<byte[]> page = pages.get(path);
    if (page == null) {
      byte[] known = ("GET one of " + pages.keySet() + "\n").getBytes(UTF_8);
      return answer(get ? "404 Not Found" : "405 Method Not Allowed", "text/plain", known);
    }
    boolean json = path.endsWith(".json");
    return answer(
        "200 OK",
        json ? "application/json" : "text/plain; version=0.0.4; charset=utf-8",
        page.get());
  }

  private static ByteBuffer answer(String status, String type, byte[] body) {
    byte[] head =
        ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n")
            .formatted(status, type, body.length)
            .getBytes(ISO_8859_1);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
  }

  private static void drop(SelectionKey key) {
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException e) {
      // It is gone all the same.
      return;
    }
  }

  @Override
  public void close() {
    try {
      for (SelectionKey key : List.copyOf(selector.keys())) {
        drop(key);
      }
      selector.close();
      listener.close();
    } catch (IOException | RuntimeException e) {
      // Nothing is left to be done with a port that does not close.
      return;
    }
  }
}
