package dev.turnout.server.stream;

import dev.turnout.flags.Host;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.signing.Signer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All agents' streams. One thread hands each new snapshot to every connection, with the help of
 * other processors if there are many, and keeps the quiet ones alive; it never blocks, so whoever
 * made the change does not wait for its readers.
 */
public final class Streams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Streams.class);

  private static final Duration GOODBYE_LIMIT = Duration.ofSeconds(1);
  private static final Duration SHORTEST_RETURN = Duration.ofSeconds(1);
  // By then they would poll anyhow.
  private static final Duration LONGEST_RETURN = Duration.ofSeconds(30);

  // A write takes some ten microseconds: with fewer streams than this, other processors are not
  // worth waking.
  private static final long PARALLEL_FROM = 256;

  private final Changes changes;
  private final Fleet fleet;
  private final Signer signer;
  private final Deliveries deliveries;
  private final int limit;
  private final AtomicInteger places = new AtomicInteger();
  private final ConcurrentHashMap<Connection, Reader> connections = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Published> latest = new AtomicReference<>();
  // What deltas are made from: most streams were sent it. What was asked for in between, say by a
  // poll among quick edits, none was sent.
  private volatile @Nullable Published handedOut;
  private final AtomicBoolean fanOutDue = new AtomicBoolean();
  private final ScheduledExecutorService thread;
  private final CountDownLatch allGone = new CountDownLatch(1);
  // Of the one thread.
  private @Nullable Published fannedOut;
  private volatile boolean closed;

  // Who reads, and whether the token that it came with still opens.
  private record Reader(Host host, BooleanSupplier admitted) {}

  /**
   * Begins to announce changes.
   *
   * @param deliveries measures how long that takes
   * @param heartbeat how often a quiet connection gets a comment
   * @param limit the most connections at a time
   */
  public Streams(
      Changes changes,
      Fleet fleet,
      Signer signer,
      Deliveries deliveries,
      Duration heartbeat,
      int limit) {
    this.changes = changes;
    this.fleet = fleet;
    this.signer = signer;
    this.deliveries = deliveries;
    this.limit = limit;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread created = new Thread(task, "turnout-streams");
              created.setDaemon(true);
              return created;
            });
    changes.onChange(
        snapshot -> {
          deliveries.inForce(snapshot);
          scheduleFanOut();
        });
    ScheduledFuture<?> unused =
        thread.scheduleAtFixedRate(
            this::heartbeat, heartbeat.toNanos(), heartbeat.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The snapshot in force, put into bytes and signed once, and again after some hours. */
  public Published latest() {
    Published published = latest.get();
    if (published != null && isCurrent(published)) {
      return published;
    }
    synchronized (latest) {
      published = latest.get();
      if (published == null || !isCurrent(published)) {
        Published before = handedOut != null ? handedOut : published;
        published = new Published(changes.current(), signer, before);
        latest.set(published);
      }
      return published;
    }
  }

  private boolean isCurrent(Published published) {
    return published.isOf(changes.current()) && published.isValidUntil(signer.validUntil());
  }

  /** Returns whether there is a place for one more, and takes it. */
  boolean takePlace() {
    if (closed) {
      return false;
    }
    if (places.incrementAndGet() > limit) {
      places.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Starts a stream in the place that was taken before.
   *
   * @param admitted whether the reader may still have it; asked at every heartbeat and when tokens
   *     change
   */
  void open(
      AsyncContext context,
      ServletOutputStream out,
      Host host,
      BooleanSupplier admitted,
      @Nullable String lastEventId,
      Connection.Form form) {
    AtomicReference<@Nullable Connection> self = new AtomicReference<>();
    Connection connection =
        new Connection(
            context, out, host.service() + "/" + host.instance(), form, () -> forget(self.get()));
    self.set(connection);
    connections.put(connection, new Reader(host, admitted));
    fleet.connected(host);
    Published published = latest();
    if (published.isKnownAs(lastEventId)) {
      connection.resumeAt(published);
    } else {
      connection.offer(published);
    }
    connection.open();
    // A change between latest() and put() would be missed but for this.
    connection.offer(latest());
    // Likewise a stop, or a token revoked, since the reader was let in.
    if (closed || !admitted.getAsBoolean()) {
      connection.close();
    }
  }

  private void forget(@Nullable Connection connection) {
    Reader reader = connection == null ? null : connections.remove(connection);
    if (reader != null) {
      places.decrementAndGet();
      fleet.disconnected(reader.host());
      if (closed && connections.isEmpty()) {
        allGone.countDown();
      }
    }
  }

  /** The number of open streams. */
  public int size() {
    return connections.size();
  }

  // Changes that come while one is being handed out are handed out together.
  private void scheduleFanOut() {
    if (fanOutDue.compareAndSet(false, true)) {
      try {
        thread.execute(this::fanOut);
      } catch (RejectedExecutionException e) {
        log.debug("not announced, the server is stopping");
      }
    }
  }

  private void fanOut() {
    fanOutDue.set(false);
    try {
      Published published = latest();
      if (fannedOut != null && fannedOut.isOf(published.snapshot())) {
        return;
      }
      fannedOut = published;
      handedOut = published;
      Delivery delivery = deliveries.begin(published.snapshot());
      connections.forEachKey(PARALLEL_FROM, connection -> connection.offer(published, delivery));
      delivery.done();
    } catch (RuntimeException e) {
      log.error("A snapshot could not be sent to the agents; they will poll for it", e);
    }
  }

  // An exception that left this method would end all heartbeats.
  private void heartbeat() {
    try {
      if (fanOutDue.get()) {
        // Or what is handed out below would be measured by nobody.
        fanOut();
      }
      Published published = latest();
      handedOut = published;
      connections.forEach(
          (connection, reader) -> {
            if (!reader.admitted().getAsBoolean()) {
              connection.close();
              return;
            }
            fleet.seen(reader.host());
            // Signed anew, perhaps; whoever has it takes no notice.
            connection.offer(published);
            connection.heartbeat();
          });
    } catch (RuntimeException e) {
      log.error("Heartbeat of the agents' streams failed; trying again at the next", e);
    }
  }

  /** Ends the streams of those whose token opens no longer. */
  public void closeRevoked() {
    connections.forEach(
        (connection, reader) -> {
          if (!reader.admitted().getAsBoolean()) {
            connection.close();
          }
        });
  }

  /**
   * Ends every stream and takes no more. Each is told when to come back, and has a moment to take
   * that in.
   */
  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    sayGoodbye();
    connections.keySet().forEach(Connection::close);
  }

  private void sayGoodbye() {
    if (connections.isEmpty()) {
      return;
    }
    try {
      Published published = latest();
      EventBytes goodbye = goodbye(connections.size());
      connections
          .keySet()
          .forEach(
              connection -> {
                connection.offer(published);
                connection.leave(goodbye);
              });
      if (!connections.isEmpty() && !allGone.await(GOODBYE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        log.info("{} streams are broken off, their readers are slow", connections.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn(
          "Agents could not be told that the server stops; they will come back all the same", e);
    }
  }

  /** Spreads the return of that many: whoever they find next opens streams one after another. */
  static EventBytes goodbye(int streams) {
    long within =
        Math.max(SHORTEST_RETURN.toMillis(), Math.min(LONGEST_RETURN.toMillis(), streams));
    return EventBytes.of("event: goodbye\ndata: {\"reconnect_within_ms\":" + within + "}\n\n");
  }
}
