package dev.turnout.server.stream;

import dev.turnout.flags.Host;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.signing.Signer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * All agents' streams. One thread hands each new snapshot to every connection and keeps the quiet
 * ones alive; it never blocks, so whoever made the change does not wait for its readers.
 */
public final class Streams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Streams.class);

  private final Changes changes;
  private final Fleet fleet;
  private final Signer signer;
  private final int limit;
  private final AtomicInteger places = new AtomicInteger();
  private final Map<Connection, Reader> connections = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Published> latest = new AtomicReference<>();
  private final AtomicBoolean fanOutDue = new AtomicBoolean();
  private final ScheduledExecutorService thread;
  private volatile boolean closed;

  // Who reads, and whether the token that it came with still opens.
  private record Reader(Host host, BooleanSupplier admitted) {}

  /**
   * Begins to announce changes.
   *
   * @param heartbeat how often a quiet connection gets a comment
   * @param limit the most connections at a time
   */
  public Streams(Changes changes, Fleet fleet, Signer signer, Duration heartbeat, int limit) {
    this.changes = changes;
    this.fleet = fleet;
    this.signer = signer;
    this.limit = limit;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread created = new Thread(task, "turnout-streams");
              created.setDaemon(true);
              return created;
            });
    changes.onChange(snapshot -> scheduleFanOut());
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
        published = new Published(changes.current(), signer);
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
      @Nullable String lastEventId) {
    AtomicReference<@Nullable Connection> self = new AtomicReference<>();
    Connection connection =
        new Connection(
            context, out, host.service() + "/" + host.instance(), () -> forget(self.get()));
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
      connections.keySet().forEach(connection -> connection.offer(published));
    } catch (RuntimeException e) {
      log.error("A snapshot could not be sent to the agents; they will poll for it", e);
    }
  }

  // An exception that left this method would end all heartbeats.
  private void heartbeat() {
    try {
      Published published = latest();
      connections.forEach(
          (connection, reader) -> {
            if (reader.admitted().getAsBoolean()) {
              fleet.seen(reader.host());
              // Signed anew, perhaps; whoever has it takes no notice.
              connection.offer(published);
              connection.heartbeat();
            } else {
              connection.close();
            }
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

  /** Ends every stream and takes no more. */
  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    connections.keySet().forEach(Connection::close);
  }
}
