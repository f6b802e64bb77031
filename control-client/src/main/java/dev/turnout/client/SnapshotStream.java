package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.Warnings.Topic;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
 *   <li>The server closes the stream: the same, even if it had answered 200, for a proxy may answer
 *       for a dead server. The back-off starts over only after a stream that lived for a minute.
 *   <li>401 or 403: the next attempt after five minutes, for a wrong token seldom heals by itself;
 *       at once when a poll is let in again.
 *   <li>429 or 503 with Retry-After: that long, and the back-off on top, so that a fleet does not
 *       return in one moment.
 *   <li>An attempt vanishes without a word, say by an OutOfMemoryError: {@link #check} notices.
 * </ol>
 */
final class SnapshotStream {
  private final Http http;
  private final InForce inForce;
  private final Timing timing;
  private final Sources sources;
  private final Warnings warnings;
  private final Runnable contact;
  private final BackOff backOff;
  private final EventSource.Factory factory;
  private @Nullable Attempt attempt;
  private boolean refused;
  private boolean unreachable;
  private @Nullable ScheduledFuture<?> next;
  private volatile boolean closed;
  private volatile long aliveUntil;

  SnapshotStream(
      Http http,
      InForce inForce,
      Timing timing,
      Sources sources,
      Warnings warnings,
      Runnable contact) {
    this.http = http;
    this.inForce = inForce;
    this.timing = timing;
    this.sources = sources;
    this.warnings = warnings;
    this.contact = contact;
    backOff = new BackOff(timing.backOffFrom(), timing.backOffTo(), sources.random());
    factory = EventSources.createFactory(http.streaming(this::read));
  }

  synchronized void connect() {
    if (closed) {
      return;
    }
    Attempt now = new Attempt(sources.nanos().getAsLong());
    attempt = now;
    refused = false;
    unreachable = false;
    expectWithin(timing.connect().plus(timing.silence()));
    try {
      now.source = factory.newEventSource(http.stream(inForce.id()), now);
    } catch (RuntimeException e) {
      now.ended(e.getMessage(), null);
    }
  }

  /** Starts over if the current attempt should have said something long ago. */
  synchronized void check() {
    if (!closed && sources.nanos().getAsLong() - aliveUntil > 0) {
      warnings.warn(Topic.INTERNAL, "the stream of snapshots stood still and is started anew");
      cancel();
      connect();
    }
  }

  /**
   * The server answered something else: a stream that waits because there was no connection at all
   * need not wait long. Soon and not now, since a whole fleet hears of it in the same moment.
   */
  synchronized void reachable() {
    ScheduledFuture<?> waiting = next;
    long soon = (long) (timing.backOffFrom().toNanos() * 3 * sources.random().nextDouble());
    if (!closed
        && unreachable
        && waiting != null
        && waiting.getDelay(TimeUnit.NANOSECONDS) > soon
        && waiting.cancel(false)
        && attempt != null) {
      unreachable = false;
      schedule(attempt, Duration.ofNanos(soon));
    }
  }

  private void schedule(Attempt ended, Duration wait) {
    try {
      next = sources.timer().schedule(() -> again(ended), wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      closed = true;
    }
  }

  private synchronized void again(Attempt ended) {
    if (attempt == ended) {
      connect();
    }
  }

  /** A poll was let in after others were refused: so will the stream be. */
  synchronized void letIn() {
    if (refused) {
      cancel();
      connect();
    }
  }

  synchronized void close() {
    closed = true;
    cancel();
  }

  private void cancel() {
    Attempt last = attempt;
    attempt = null;
    if (last != null && last.source != null) {
      last.source.cancel();
    }
  }

  private void read() {
    expectWithin(timing.silence());
    contact.run();
  }

  // Twice, for timers and threads may be late on a busy host.
  private void expectWithin(Duration wait) {
    aliveUntil = sources.nanos().getAsLong() + 2 * wait.toNanos();
  }

  /** One connection; what a past one still says is not heard. */
  private final class Attempt extends EventSourceListener {
    private final long startedAt;
    private @Nullable EventSource source;
    private boolean opened;

    Attempt(long startedAt) {
      this.startedAt = startedAt;
    }

    @Override
    public void onOpen(EventSource eventSource, Response response) {
      opened = true;
    }

    @Override
    public void onEvent(
        EventSource eventSource, @Nullable String id, @Nullable String type, String data) {
      boolean known = id != null && id.equals(inForce.id());
      if (!closed && !known && "snapshot".equals(type)) {
        inForce.offer(data.getBytes(UTF_8));
      }
    }

    @Override
    public void onClosed(EventSource eventSource) {
      ended("closed by the server", null);
    }

    @Override
    public void onFailure(
        EventSource eventSource, @Nullable Throwable cause, @Nullable Response response) {
      if (response != null && !response.isSuccessful()) {
        ended("answered " + response.code(), response);
      } else {
        ended(cause == null ? "failed" : cause.toString(), null);
      }
    }

    private void ended(@Nullable String why, @Nullable Response response) {
      synchronized (SnapshotStream.this) {
        if (closed || attempt != this) {
          return;
        }
        long lived = sources.nanos().getAsLong() - startedAt;
        boolean healthy = opened && lived >= timing.healthy().toNanos();
        if (healthy) {
          backOff.reset();
        }
        refused = response != null && Http.isAuth(response.code());
        unreachable = response == null && !opened;
        Duration wait =
            refused
                ? sources.jittered(timing.authLane())
                : backOff.next().plus(response == null ? Duration.ZERO : http.retryAfter(response));
        expectWithin(wait);
        if (!healthy) {
          warnings.warn(
              Topic.CONNECTION,
              "the stream of the control server: "
                  + why
                  + "; next attempt in "
                  + wait.toMillis()
                  + " ms, the flags stay as they are");
        }
        schedule(this, wait);
      }
    }
  }
}
