package dev.turnout.benchmarks.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Many agents' streams on one thread, without blocking. Safe for use by several threads. */
final class SimulatedAgents implements AutoCloseable {
  private static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_READ = 256 << 10;

  private final InetSocketAddress server;
  private final Selector selector;
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private final PriorityQueue<Due> waiting = new PriorityQueue<>(Comparator.comparingLong(Due::at));
  private final SplittableRandom random = new SplittableRandom(1);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_READ);
  private final byte[] bytes = new byte[MOST_READ];
  private final Thread thread;
  private final Map<String, Integer> ends = new TreeMap<>();
  private volatile @Nullable Arrival expected;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong received = new AtomicLong();
  private volatile long lastServedAt;
  private volatile boolean closed;

  private record Due(long at, SimulatedAgent agent) {}

  /**
   * Creates agents that begin to connect when started.
   *
   * @param opening over how long they do
   * @param compressed whether they ask for a compressed stream
   */
  SimulatedAgents(
      InetSocketAddress server, String token, int count, Duration opening, boolean compressed)
      throws IOException {
    this.server = server;
    selector = Selector.open();
    Unpacking unpacking = new Unpacking();
    long now = System.nanoTime();
    for (int i = 0; i < count; i++) {
      SimulatedAgent agent = new SimulatedAgent(i, token, compressed, unpacking);
      agents.add(agent);
      waiting.add(new Due(now + opening.toNanos() * i / count, agent));
    }
    thread = new Thread(this::run, "simulated-agents");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long lookAt = System.nanoTime();
    try {
      while (!closed) {
        long now = System.nanoTime();
        connectThoseDue(now);
        if (now - lookAt > 0) {
          lookAt = now + LOOK_EVERY;
          breakOffTheSilent(now);
        }
        Due next = waiting.peek();
        long pause = next == null ? 100 : TimeUnit.NANOSECONDS.toMillis(next.at() - now);
        selector.select(Math.max(1, Math.min(100, pause)));
        for (SelectionKey key : selector.selectedKeys()) {
          handle(key);
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException | RuntimeException e) {
      // Whoever waits for an arrival learns of it by waiting in vain, and why here.
      System.err.println("the simulated agents have ended: " + e);
    }
  }

  private void connectThoseDue(long now) throws IOException {
    for (Due due = waiting.peek(); due != null && due.at() - now <= 0; due = waiting.peek()) {
      waiting.remove();
      connect(due.agent(), now);
    }
  }

  private void connect(SimulatedAgent agent, long now) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    agent.connecting(channel, now);
    try {
      // To loopback it may be there at once, and the key is ready for it all the same.
      channel.register(selector, SelectionKey.OP_CONNECT, agent);
      if (channel.connect(server)) {
        connected(channel, agent);
      }
    } catch (IOException e) {
      ended(agent, "not connected");
    }
  }

  private void connected(SocketChannel channel, SimulatedAgent agent) throws IOException {
    channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
    agent.ask(channel);
  }

  private void handle(SelectionKey key) {
    SimulatedAgent agent = (SimulatedAgent) key.attachment();
    SocketChannel channel = (SocketChannel) key.channel();
    boolean asked = false;
    try {
      if (key.isConnectable() && channel.finishConnect()) {
        connected(channel, agent);
      }
      asked = true;
      if (key.isValid() && key.isReadable()) {
        read(channel, agent);
      }
    } catch (IOException e) {
      ended(agent, asked ? "broken" : "not connected");
    }
  }

  private void read(SocketChannel channel, SimulatedAgent agent) throws IOException {
    buffer.clear();
    int length = channel.read(buffer);
    if (length < 0) {
      ended(agent, agent.isServed() ? "closed" : "closed without an answer");
      return;
    }
    received.addAndGet(length);
    buffer.flip().get(bytes, 0, length);
    long now = System.nanoTime();
    boolean over = agent.read(bytes, length, now);
    if (agent.isNewlyServed()) {
      open.incrementAndGet();
      lastServedAt = now;
    }
    // Not looked up before the bytes are: they may be those of what was just begun to wait for.
    agent.tell(expected);
    if (over) {
      ended(agent, agent.status() == 200 ? "closed" : "status " + agent.status());
    }
  }

  private void ended(SimulatedAgent agent, String how) {
    SocketChannel channel = agent.channel();
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      System.err.println("a socket is not closed: " + e);
    }
    if (agent.isServed()) {
      open.decrementAndGet();
    }
    synchronized (ends) {
      ends.merge(how, 1, Integer::sum);
    }
    long now = System.nanoTime();
    waiting.add(new Due(now + agent.ended(now, random), agent));
  }

  private void breakOffTheSilent(long now) {
    for (SimulatedAgent agent : agents) {
      if (agent.isSilent(now)) {
        ended(agent, "silent");
      }
    }
  }

  /** Begins to wait for a revision that nobody has yet. */
  void expect(Arrival arrival) {
    expected = arrival;
  }

  int count() {
    return agents.size();
  }

  /** How many have a stream now. */
  int open() {
    return open.get();
  }

  /** When one was last let in, by {@link System#nanoTime}. */
  long lastServedAt() {
    return lastServedAt;
  }

  /** How many bytes came, of all. */
  long received() {
    return received.get();
  }

  /** How often connections ended how, since it was last asked. */
  Map<String, Integer> takeEnds() {
    synchronized (ends) {
      Map<String, Integer> taken = new TreeMap<>(ends);
      ends.clear();
      return taken;
    }
  }

  /**
   * Waits until all have a stream.
   *
   * @throws IllegalStateException if they have not after {@code limit}
   */
  void awaitAll(Duration limit) throws InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    while (open.get() < agents.size()) {
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException(
            "%d of %d agents have a stream after %d s; others: %s"
                .formatted(open.get(), agents.size(), limit.toSeconds(), takeEnds()));
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    closed = true;
    selector.wakeup();
    thread.join();
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
