package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers a handful of GET requests, on the thread that calls {@link #serve}, which never waits for
 * a client. A client that is slow, idle or endless keeps nobody from being answered and takes a few
 * kilobytes at most. Pages are made elsewhere, one at a time: some take long.
 *
 * <p>Not the JDK's HTTP server: that asks for a {@code System.Logger} when it starts and so fixes
 * the JVM's log manager before an application that brings its own had the chance to.
 */
public final class StatusPort implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 32;
  private static final int MAX_REQUEST = 8_192;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final String RIGHT_HOST =
      "must be a name or address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them";
  private static final String END = "\r\n\r\n";

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Map<String, Supplier<byte[]>> pages;
  private final Executor maker;
  private final String host;
  private @Nullable Exchange making;

  private StatusPort(
      String host,
      Selector selector,
      ServerSocketChannel listener,
      Map<String, Supplier<byte[]>> pages,
      Executor maker) {
    this.host = host;
    this.selector = selector;
    this.listener = listener;
    this.pages = pages;
    this.maker = maker;
  }

  /**
   * A connection: first the request is filled in, then the answer is made, then emptied. Only the
   * answer is ever seen by another thread than the one that serves.
   */
  private static final class Exchange {
    final long deadline = System.nanoTime() + PATIENCE_NANOS;
    final ByteBuffer request = ByteBuffer.allocate(MAX_REQUEST);
    final SelectionKey key;
    boolean asked;
    volatile boolean failed;
    volatile @Nullable ByteBuffer answer;

    Exchange(SelectionKey key) {
      this.key = key;
    }

    boolean waits() {
      return asked && answer == null && !failed;
    }
  }

  /**
   * Finds the address to listen at; may ask the network for it.
   *
   * @param port 0 for any free one
   * @throws IllegalStateException if there is none of that name, naming the option to be changed
   */
  public static InetSocketAddress address(String host, int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IllegalStateException(
          "metrics-host \"" + host + "\" cannot be resolved: it " + RIGHT_HOST);
    }
    return address;
  }

  /**
   * Opens the port; it answers while {@link #serve} is called.
   *
   * @param host the name that the address was found by
   * @param pages what to answer, by path
   * @param maker makes pages, best on another thread; is given one at a time
   * @throws IllegalStateException if the port cannot be opened, naming the option to be changed
   */
  public static StatusPort open(
      String host, InetSocketAddress address, Map<String, Supplier<byte[]>> pages, Executor maker) {
    try {
      Selector selector = Selector.open();
      ServerSocketChannel listener = openListener(selector);
      StatusPort opened = new StatusPort(host, selector, listener, pages, maker);
      try {
        listener.bind(address);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException(
          "metrics-port "
              + address.getPort()
              + " cannot be opened at metrics-host \""
              + host
              + "\" ("
              + e.getMessage()
              + "): the port must be free and allowed, and the host "
              + RIGHT_HOST,
          e);
    }
  }

  private static ServerSocketChannel openListener(Selector selector) throws IOException {
    boolean opened = false;
    try {
      ServerSocketChannel listener = ServerSocketChannel.open();
      opened = true;
      return listener;
    } finally {
      if (!opened) {
        selector.close();
      }
    }
  }

  /** Where it listens. */
  public String url() {
    return url(host, listener.socket().getLocalPort());
  }

  static String url(String host, int port) {
    boolean bareIpv6 = host.contains(":") && !host.startsWith("[");
    return "http://" + (bareIpv6 ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * Waits for clients and serves those that are ready. For one thread.
   *
   * @param millis how long to wait for one at most, 0 for not at all
   * @throws IllegalStateException if the port is of no use at present
   */
  public void serve(long millis) {
    try {
      if (millis > 0) {
        selector.select(millis);
      } else {
        selector.selectNow();
      }
      for (Iterator<SelectionKey> ready = selector.selectedKeys().iterator(); ready.hasNext(); ) {
        SelectionKey key = ready.next();
        ready.remove();
        serve(key);
      }
      makeNext();
      long now = System.nanoTime();
      for (SelectionKey key : List.copyOf(selector.keys())) {
        if (key.attachment() instanceof Exchange exchange && now - exchange.deadline > 0) {
          drop(key);
        }
      }
    } catch (ClosedSelectorException e) {
      // Closed in the meantime.
      return;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  // The answer that is being made, and then the one that waits for longest.
  private void makeNext() {
    Exchange made = making;
    if (made != null) {
      if (made.answer != null && made.key.isValid()) {
        made.key.interestOps(SelectionKey.OP_WRITE);
      } else if (made.failed) {
        drop(made.key);
      } else if (made.answer == null) {
        return;
      }
    }
    making = oldest(Exchange::waits);
    if (making != null) {
      make(making);
    }
  }

  private void make(Exchange exchange) {
    boolean begun = false;
    try {
      maker.execute(
          () -> {
            try {
              exchange.answer = answer(exchange.request);
            } finally {
              exchange.failed = exchange.answer == null;
              selector.wakeup();
            }
          });
      begun = true;
    } finally {
      if (!begun) {
        exchange.failed = true;
      }
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
    boolean accepted = false;
    try {
      connection.configureBlocking(false);
      SelectionKey key = connection.register(selector, SelectionKey.OP_READ);
      key.attach(new Exchange(key));
      accepted = true;
    } finally {
      if (!accepted) {
        connection.close();
      }
    }
  }

  // Who connected first had the most time; a newcomer may be the one who means it.
  private void dropOldest() {
    Exchange oldest = oldest(exchange -> true);
    if (oldest != null) {
      drop(oldest.key);
    }
  }

  private @Nullable Exchange oldest(Predicate<Exchange> among) {
    Exchange oldest = null;
    for (SelectionKey key : selector.keys()) {
      if (key.isValid()
          && key.attachment() instanceof Exchange exchange
          && among.test(exchange)
          && (oldest == null || exchange.deadline - oldest.deadline < 0)) {
        oldest = exchange;
      }
    }
    return oldest;
  }

  private void talk(SelectionKey key, Exchange exchange) throws IOException {
    SocketChannel connection = (SocketChannel) key.channel();
    ByteBuffer answer = exchange.answer;
    if (answer != null) {
      connection.write(answer);
      if (!answer.hasRemaining()) {
        drop(key);
      }
    } else if (connection.read(exchange.request) < 0) {
      drop(key);
    } else if (isWhole(exchange.request)) {
      exchange.asked = true;
      key.interestOps(0);
    }
  }

  // A request that fills the buffer is answered too: with what its first line asks for. What comes
  // behind its head is nothing to us.
  private static boolean isWhole(ByteBuffer request) {
    return request.position() == MAX_REQUEST || text(request).contains(END);
  }

  private static String text(ByteBuffer request) {
    return new String(request.array(), 0, request.position(), ISO_8859_1);
  }

  private ByteBuffer answer(ByteBuffer request) {
    String text = text(request);
    String[] words = text.substring(0, Math.max(0, text.indexOf('\r'))).split(" ", -1);
    boolean head = words[0].equals("HEAD");
    if (words.length != 3 || !(head || words[0].equals("GET"))) {
      return answer("405 Method Not Allowed\r\nAllow: GET, HEAD", "text/plain", known(), true);
    }
    String path = words[1].split("\\?", -1)[0];
    Supplier<byte[]> page = pages.get(path);
    if (page == null) {
      return answer("404 Not Found", "text/plain", known(), !head);
    }
    boolean json = path.endsWith(".json");
    return answer(
        "200 OK",
        json ? "application/json" : "text/plain; version=0.0.4; charset=utf-8",
        page.get(),
        !head);
  }

  private byte[] known() {
    return ("GET one of " + pages.keySet() + "\n").getBytes(UTF_8);
  }

  private static ByteBuffer answer(String status, String type, byte[] body, boolean withBody) {
    // Put together as it is: what formats a number writes it in the digits of the locale.
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    byte[] first = head.getBytes(ISO_8859_1);
    byte[] rest = withBody ? body : new byte[0];
    return ByteBuffer.allocate(first.length + rest.length).put(first).put(rest).flip();
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
