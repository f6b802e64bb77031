package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotDelta;
import dev.turnout.client.signing.SnapshotSignature;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/**
 * Follows the server's stream for ever. What ends a connection, and what then happens:
 *
 * <ol>
 *   <li>No connection, a reset, a status that is no 2xx, a body that is no event stream: the next
 *       attempt after a full-jitter back-off.
 *   <li>Nothing read for 45 seconds, not even a comment: the same.
 *   <li>The server says goodbye, for it is stopping, and closes the stream: the next attempt at any
 *       moment of the time that it names, and not before the back-off.
 *   <li>The server closes the stream: the same, even if it had answered 200, for a proxy may answer
 *       for a dead server. The back-off starts over only after a stream that lived for a minute.
 *   <li>401 or 403: the next attempt after five minutes, for a wrong token seldom heals by itself;
 *       at once when a poll is let in again.
 *   <li>429 or 503 with Retry-After: that long, and the back-off on top, so that a fleet does not
 *       return in one moment.
 *   <li>An attempt fails as nothing should, say by an OutOfMemoryError: as the first.
 *   <li>A delta cannot be used: the next attempt within a second, for there may be a kill in it. It
 *       brings the whole snapshot, and deltas are not asked for again.
 * </ol>
 *
 * <p>One thread goes the {@link #round}; all else is for any thread.
 */
final class SnapshotStream {
  private final Supplier<Http> http;
  private final InForce inForce;
  private final Timing timing;
  private final Sources sources;
  private final Warnings warnings;
  private final Contact contact;
  private final BackOff backOff;
  // Of the one thread.
  private boolean deltas = true;
  private boolean closed;
  private boolean waiting;
  private long waitsUntil;
  private boolean refused;
  private boolean unreachable;

  SnapshotStream(
      Supplier<Http> http,
      InForce inForce,
      Timing timing,
      Sources sources,
      Warnings warnings,
      Contact contact) {
    this.http = http;
    this.inForce = inForce;
    this.timing = timing;
    this.sources = sources;
    this.warnings = warnings;
    this.contact = contact;
    backOff = new BackOff(timing.backOffFrom(), timing.backOffTo(), sources.random());
  }

  /**
   * How a connection ended.
   *
   * @param why for people
   * @param heard whether the server, or whoever stands for it, answered at all
   * @param followed whether it was a stream
   * @param auth whether it was refused for its token
   * @param retryAfter how long the server wants to be left alone
   * @param within over how long it wants the fleet to come back; zero if it did not say
   */
  private record End(
      String why,
      boolean heard,
      boolean followed,
      boolean auth,
      Duration retryAfter,
      Duration within) {
    static End unheard(String why) {
      return new End(why, false, false, false, Duration.ZERO, Duration.ZERO);
    }

    static End heard(String why, boolean auth, Duration retryAfter) {
      return new End(why, true, false, auth, retryAfter, Duration.ZERO);
    }

    static End followed(String why, Duration within) {
      return new End(why, true, true, false, Duration.ZERO, within);
    }
  }

  /** One connection, to its end, and the wait for the next. */
  void round() {
    long startedAt = sources.nanos().getAsLong();
    End end;
    try {
      end = follow();
    } catch (Throwable e) {
      end =
          End.unheard(
              e instanceof IllegalStateException ? String.valueOf(e.getMessage()) : e.toString());
    }
    await(end, sources.nanos().getAsLong() - startedAt);
  }

  private End follow() {
    Http server = http.get();
    Duration opening = timing.connect().plus(timing.silence());
    try (Exchange exchange = server.begin(server.stream(inForce.id(), deltas), opening)) {
      try {
        return follow(server, exchange);
      } catch (IOException e) {
        return End.unheard(exchange.describe(e));
      }
    }
  }

  private End follow(Http server, Exchange exchange) throws IOException {
    Response response = exchange.answer();
    if (!response.isSuccessful()) {
      boolean auth = Http.isAuth(response.code());
      String why = "answered " + response.code();
      return End.heard(why, auth, server.retryAfter(response));
    }
    String type = String.valueOf(response.header("Content-Type"));
    if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
      return End.heard("answered with " + type, false, Duration.ZERO);
    }
    contact.connected();
    exchange.allow(timing.silence());
    Runnable heard =
        () -> {
          exchange.allow(timing.silence());
          contact.heard();
        };
    Events events = new Events(exchange);
    EventSources.processResponse(EventLimit.on(response, Json.MAX_BYTES, heard), events);
    return events.end();
  }

  private synchronized void await(End end, long livedNanos) {
    if (closed) {
      return;
    }
    boolean healthy = end.followed() && livedNanos >= timing.healthy().toNanos();
    if (healthy) {
      backOff.reset();
    }
    Duration wait = waitAfter(end);
    contact.waits(healthy ? "" : end.why());
    if (!healthy) {
      warnings.warn(
          Topic.CONNECTION,
          "the stream of the control server: "
              + end.why()
              + "; next attempt in "
              + wait.toMillis()
              + " ms, the flags stay as they are");
    }
    refused = end.auth();
    unreachable = !end.heard();
    waitsUntil = sources.nanos().getAsLong() + wait.toNanos();
    waiting = true;
    while (!closed && left() > 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left());
      } catch (InterruptedException e) {
        // Nobody has a reason to: the thread ends by being told so.
        continue;
      }
    }
    waiting = false;
  }

  private Duration waitAfter(End end) {
    if (end.auth()) {
      return sources.jittered(timing.authLane());
    }
    Duration wait = backOff.next().plus(end.retryAfter());
    Duration drawn =
        Duration.ofNanos((long) (end.within().toNanos() * sources.random().nextDouble()));
    return drawn.compareTo(wait) > 0 ? drawn : wait;
  }

  private long left() {
    return waitsUntil - sources.nanos().getAsLong();
  }

  /**
   * The server answered something else: a stream that waits because there was no connection at all
   * need not wait long. Soon and not now, since a whole fleet hears of it in the same moment.
   */
  synchronized void reachable() {
    long soon = (long) (timing.backOffFrom().toNanos() * 3 * sources.random().nextDouble());
    if (waiting && unreachable && left() > soon) {
      unreachable = false;
      waitsUntil = sources.nanos().getAsLong() + soon;
      notifyAll();
    }
  }

  /** A poll was let in: if the stream was refused before, it is worth another try. */
  synchronized void letIn() {
    if (waiting && refused) {
      waitsUntil = sources.nanos().getAsLong();
      notifyAll();
    }
  }

  synchronized boolean goesOn() {
    return !closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Takes the snapshots of one connection. */
  private final class Events extends EventSourceListener {
    private final Exchange exchange;
    private String why = "closed by the server";
    private Duration within = Duration.ZERO;
    private boolean broken;

    // Of the snapshot that comes next.
    private @Nullable String signature;

    // What the next delta is from; null as long as deltas are not asked for, for what it takes.
    private @Nullable Base base;

    Events(Exchange exchange) {
      this.exchange = exchange;
    }

    End end() {
      return End.followed(why, within);
    }

    @Override
    public void onEvent(
        EventSource source, @Nullable String id, @Nullable String type, String data) {
      if (SnapshotSignature.EVENT.equals(type)) {
        signature = data;
        return;
      }
      String signed = signature;
      signature = null;
      if ("snapshot".equals(type)) {
        whole(id, data, signed);
      } else if (SnapshotDelta.EVENT.equals(type)) {
        if (!changed(id, data, signed)) {
          giveUp(source);
        }
      } else if ("goodbye".equals(type)) {
        within = Goodbye.within(data);
        why = "the server says goodbye";
      }
    }

    private void whole(@Nullable String id, String data, @Nullable String signed) {
      // Two documents are not kept while a third is read.
      base = null;
      boolean known = inForce.isKnown(id, signed);
      if (known && !deltas) {
        return;
      }
      byte[] document = data.getBytes(UTF_8);
      keep(id, document);
      if (!known) {
        inForce.offer(new InForce.Document(id, document, signed));
      }
    }

    /** Returns whether a document came of it that can be used. */
    private boolean changed(@Nullable String id, String data, @Nullable String signed) {
      Base before = base;
      byte[] document;
      try {
        if (before == null) {
          throw new CodecException("delta: there is nothing that it could be from");
        }
        document = SnapshotDelta.apply(data, before.id(), before.document());
      } catch (CodecException e) {
        inForce.refuse(id, String.valueOf(e.getMessage()));
        return false;
      }
      keep(id, document);
      return inForce.isKnown(id, signed)
          || inForce.offer(new InForce.Document(id, document, signed));
    }

    // Refused or not: the next delta is from what was sent last.
    private void keep(@Nullable String id, byte[] document) {
      base = deltas && id != null ? new Base(id, document) : null;
    }

    private void giveUp(EventSource source) {
      if (deltas) {
        // Once only: a server that sends them all the same is waited for as any other.
        deltas = false;
        backOff.reset();
      }
      broken = true;
      why = "a delta cannot be used";
      // First the exchange: whoever closes the stream would otherwise read on, and wait.
      exchange.cancel();
      source.cancel();
    }

    @Override
    public void onFailure(
        EventSource source, @Nullable Throwable cause, @Nullable Response response) {
      // A compressed stream has no end of its own.
      if (!broken && !(cause instanceof EOFException)) {
        why = cause instanceof IOException e ? exchange.describe(e) : String.valueOf(cause);
      }
    }
  }

  /** A document as it was sent, and its {@code EPOCH:REVISION}. */
  private record Base(String id, byte[] document) {}
}
