package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.server.store.AuditLog;
import dev.turnout.server.store.AuditRow;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All streams of what happens. What they send is read from the audit, by one thread and page by
 * page: whatever is in it, by whichever server, comes once and in its order, and what is not in it
 * did not happen. Readers at the same place share the page.
 *
 * <ol>
 *   <li>Something may have been added: the readers that have all before it are given the next page.
 *   <li>A reader has written its page: it is given the one after, in turn with the others.
 *   <li>The store does not answer: nothing is sent, the streams stay open, and the next look may
 *       find it back.
 *   <li>The audit ends before a reader's place, for the store was restored: its stream is ended,
 *       and whoever comes back with that place is told why.
 * </ol>
 */
public final class AuditStreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AuditStreams.class);

  private static final Duration GOODBYE_LIMIT = Duration.ofSeconds(1);
  private static final int MOST_ASKING = 4;
  private static final int PAGE = 100;
  // What a reader that takes nothing costs, unless a single row is larger.
  private static final long PAGE_CHARACTERS = 256 << 10;

  private final AuditLog audit;
  private final int limit;
  private final AtomicInteger places = new AtomicInteger();
  private final AtomicLong lastKnown = new AtomicLong();
  // Threads that answer requests, and that a store which hangs must not take away from stops.
  private final Semaphore asking = new Semaphore(MOST_ASKING);
  private final Map<AuditConnection, BooleanSupplier> connections = new ConcurrentHashMap<>();
  private final AtomicBoolean roundDue = new AtomicBoolean();
  private final ExecutorService reading = Executors.newSingleThreadExecutor(named("reading"));
  // Of its own: a store that hangs must not make readers believe that the server is gone.
  private final ScheduledExecutorService beating =
      Executors.newSingleThreadScheduledExecutor(named("beating"));
  private final CountDownLatch allGone = new CountDownLatch(1);
  private volatile boolean closed;

  /** What readers want: the rows after the cursor, of one flag or of all. */
  private record Wish(long cursor, @Nullable String flag) {}

  /**
   * Begins to serve.
   *
   * @param heartbeat how often a quiet connection gets a comment
   * @param limit the most connections at a time
   */
  public AuditStreams(AuditLog audit, Duration heartbeat, int limit) {
    this.audit = audit;
    this.limit = limit;
    lastKnown.set(audit.head().count());
    ScheduledFuture<?> unused =
        beating.scheduleAtFixedRate(
            this::heartbeat, heartbeat.toNanos(), heartbeat.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static ThreadFactory named(String what) {
    return task -> {
      Thread created = new Thread(task, "turnout-events-" + what);
      created.setDaemon(true);
      return created;
    };
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

  /** Gives back a place that no stream came of. */
  void givePlaceBack() {
    places.decrementAndGet();
  }

  /** The number of open streams. */
  public int size() {
    return connections.size();
  }

  /**
   * Where the audit ends now; where it ended lately, if the store does not answer or many ask at a
   * time. Then a stream may begin with what was done just before, and misses nothing.
   */
  long end() {
    if (!asking.tryAcquire()) {
      return lastKnown.get();
    }
    try {
      return audit.head().count();
    } catch (JdbiException e) {
      return lastKnown.get();
    } finally {
      asking.release();
    }
  }

  /**
   * Starts a stream in the place that was taken before.
   *
   * @param cursor the number of the row after which to begin
   * @param flag the flag that the reader wants to hear of; null for everything
   * @param admitted whether the reader may still have it; asked at every heartbeat and when tokens
   *     change
   */
  void open(
      AsyncContext context,
      ServletOutputStream out,
      String name,
      long cursor,
      @Nullable String flag,
      BooleanSupplier admitted) {
    AtomicReference<@Nullable AuditConnection> self = new AtomicReference<>();
    AuditConnection connection =
        new AuditConnection(context, out, name, cursor, flag, this::look, () -> forget(self.get()));
    self.set(connection);
    connections.put(connection, admitted);
    connection.open();
    // A stop, or a token revoked, since the reader was let in would be missed but for this.
    if (closed || !admitted.getAsBoolean()) {
      connection.close();
    }
  }

  private void forget(@Nullable AuditConnection connection) {
    if (connection != null && connections.remove(connection) != null) {
      places.decrementAndGet();
      if (closed && connections.isEmpty()) {
        allGone.countDown();
      }
    }
  }

  /** Has the audit looked at: something may have been added. Does not wait for it, nor throw. */
  public void look() {
    if (roundDue.compareAndSet(false, true)) {
      try {
        reading.execute(this::round);
      } catch (RejectedExecutionException e) {
        log.debug("no look at the audit, the server is stopping");
      }
    }
  }

  private void round() {
    roundDue.set(false);
    try {
      // What is added from here on is for the next round, which its own look asks for.
      long end = audit.head().count();
      lastKnown.set(end);
      Map<Wish, List<AuditConnection>> wishes = new HashMap<>();
      for (AuditConnection connection : connections.keySet()) {
        long cursor = connection.cursor();
        if (cursor > end) {
          log.warn(
              "The audit ends at {} and a reader of /events has row {}: its stream is ended. Was the"
                  + " store restored?",
              end,
              cursor);
          connection.close();
        } else if (cursor < end && connection.isReadyForMore()) {
          wishes
              .computeIfAbsent(new Wish(cursor, connection.flag()), wish -> new ArrayList<>())
              .add(connection);
        }
      }
      wishes.forEach((wish, readers) -> serve(wish, readers, end));
    } catch (JdbiException e) {
      log.debug("Nothing is sent to readers of /events until the store answers: {}", e.toString());
    } catch (RuntimeException e) {
      log.error("The audit could not be sent to readers of /events; trying again later", e);
    }
  }

  private void serve(Wish wish, List<AuditConnection> readers, long end) {
    AuditLog.Page rows = audit.following(wish.cursor(), end, wish.flag(), PAGE, PAGE_CHARACTERS);
    long upTo = rows.more() ? rows.rows().get(rows.rows().size() - 1).seq() : end;
    AuditConnection.Page page = new AuditConnection.Page(events(rows.rows()), upTo);
    readers.forEach(reader -> reader.offer(page));
  }

  private static byte[] events(List<AuditRow> rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (AuditRow row : rows) {
      String head = "id: " + row.seq() + "\nevent: " + row.entry().action() + "\ndata: ";
      bytes.writeBytes(head.getBytes(UTF_8));
      bytes.writeBytes(Json.bytes(row.json()));
      bytes.writeBytes("\n\n".getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  // An exception that left this method would end all heartbeats.
  private void heartbeat() {
    try {
      closeRevoked();
      connections.keySet().forEach(AuditConnection::heartbeat);
    } catch (RuntimeException e) {
      log.error("Heartbeat of the readers of /events failed; trying again at the next", e);
    }
  }

  /** Ends the streams of those whose token opens no longer. */
  public void closeRevoked() {
    connections.forEach(
        (connection, admitted) -> {
          if (!admitted.getAsBoolean()) {
            connection.close();
          }
        });
  }

  /**
   * Ends every stream and takes no more. Each is told when to come back, and has a moment to take
   * that in; what it has not got by then it gets wherever it comes back to.
   */
  @Override
  public void close() {
    closed = true;
    reading.shutdownNow();
    beating.shutdownNow();
    byte[] goodbye = Streams.goodbye(connections.size()).as(false);
    connections.keySet().forEach(connection -> connection.leave(goodbye));
    try {
      if (!connections.isEmpty() && !allGone.await(GOODBYE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        log.info(
            "{} readers of /events are slow, their streams are broken off", connections.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.keySet().forEach(AuditConnection::close);
  }
}
