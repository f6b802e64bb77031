package dev.turnout.client;

import dev.turnout.client.Warnings.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Asks for the snapshot every 30 seconds, whether the stream works or not: proxies that buffer or
 * cut streams are common, and an answer "not modified" costs next to nothing. A failed poll is
 * followed by the next, for ever; only Retry-After makes it pause.
 */
final class SnapshotPoll {
  private final Http http;
  private final InForce inForce;
  private final Timing timing;
  private final Sources sources;
  private final Warnings warnings;
  private final Runnable contact;
  private final SnapshotStream stream;
  private final AtomicBoolean inFlight = new AtomicBoolean();
  private volatile boolean refused;
  private volatile long notBefore;

  SnapshotPoll(
      Http http,
      InForce inForce,
      Timing timing,
      Sources sources,
      Warnings warnings,
      Runnable contact,
      SnapshotStream stream) {
    this.http = http;
    this.inForce = inForce;
    this.timing = timing;
    this.sources = sources;
    this.warnings = warnings;
    this.contact = contact;
    this.stream = stream;
    notBefore = sources.nanos().getAsLong();
  }

  /** Schedules the first poll, soon, but after the stream had its chance. */
  void start() {
    schedule(sources.jittered(timing.poll().dividedBy(10)));
  }

  private void schedule(Duration wait) {
    try {
      sources.timer().schedule(this::tick, wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // Closed.
      return;
    }
  }

  private void tick() {
    // The next one first: nothing that goes wrong below can end the polling.
    schedule(sources.jittered(timing.poll()));
    stream.check();
    if (sources.nanos().getAsLong() - notBefore >= 0 && inFlight.compareAndSet(false, true)) {
      poll();
    }
  }

  private void poll() {
    try {
      Request request = http.snapshot(inForce.id());
      http.client().newCall(request).enqueue(new Answer());
    } catch (RuntimeException e) {
      inFlight.set(false);
      warn(String.valueOf(e.getMessage()));
    }
  }

  private void warn(String why) {
    warnings.warn(
        Topic.CONNECTION,
        "polling the control server: " + why + "; goes on, the flags stay as they are");
  }

  private final class Answer implements Callback {
    @Override
    public void onFailure(Call call, IOException e) {
      inFlight.set(false);
      if (!call.isCanceled()) {
        warn(e.toString());
      }
    }

    @Override
    public void onResponse(Call call, Response response) {
      try (response) {
        take(response);
      } catch (IOException e) {
        warn(e.toString());
      } finally {
        inFlight.set(false);
      }
    }

    private void take(Response response) throws IOException {
      int status = response.code();
      if (status == 200 || status == 304) {
        contact.run();
        if (status == 200) {
          inForce.offer(Http.body(response));
        }
        if (refused) {
          refused = false;
          stream.letIn();
        }
        return;
      }
      refused = refused || Http.isAuth(status);
      notBefore = sources.nanos().getAsLong() + http.retryAfter(response).toNanos();
      warn("answered " + status);
    }
  }
}
