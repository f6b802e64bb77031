package dev.turnout.client;

import dev.turnout.client.Contact.Way;
import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.signing.SnapshotSignature;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the snapshot every 30 seconds, whether the stream works or not: proxies that buffer or
 * cut streams are common, and an answer "not modified" costs next to nothing. A failed poll is
 * followed by the next, for ever; only Retry-After makes it pause.
 */
final class SnapshotPoll {
  // Nearly every answer is here by then.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Supplier<Http> http;
  private final InForce inForce;
  private final Timing timing;
  private final Sources sources;
  private final Warnings warnings;
  private final Contact contact;
  private final SnapshotStream stream;
  private volatile boolean gaveWay;
  private volatile @Nullable Exchange current;

  SnapshotPoll(
      Supplier<Http> http,
      InForce inForce,
      Timing timing,
      Sources sources,
      Warnings warnings,
      Contact contact,
      SnapshotStream stream) {
    this.http = http;
    this.inForce = inForce;
    this.timing = timing;
    this.sources = sources;
    this.warnings = warnings;
    this.contact = contact;
    this.stream = stream;
  }

  /** How long the first poll waits: not long, but the stream has its chance. */
  Duration first() {
    return sources.jittered(timing.poll().dividedBy(10));
  }

  /** Asks once, and returns how long to wait for the next time. For one thread. */
  Duration poll() {
    Duration wait = sources.jittered(timing.poll());
    gaveWay = false;
    try {
      Http server = http.get();
      try (Exchange exchange = server.begin(server.snapshot(inForce.id()))) {
        current = exchange;
        Duration asked = take(server, exchange);
        wait = asked.compareTo(wait) > 0 ? asked : wait;
      } finally {
        current = null;
      }
    } catch (RuntimeException e) {
      warn(String.valueOf(e.getMessage()));
    }
    return gaveWay ? Duration.ZERO : wait;
  }

  /** Breaks off a poll that hangs, for something is urgent; it comes again right after that. */
  void giveWay() {
    Exchange asking = current;
    if (asking != null && asking.isOlderThan(PATIENCE)) {
      gaveWay = true;
      asking.cancel();
    }
  }

  /** Returns how long the server wants to be left alone. */
  private Duration take(Http server, Exchange exchange) {
    try {
      Response response = exchange.answer();
      exchange.allow(timing.call());
      int status = response.code();
      if (status == 200 || status == 304) {
        if (status == 304 || offer(response)) {
          contact.well(Way.POLL);
        } else {
          contact.failed(Way.POLL, "what it answers is refused");
        }
        // Which may have been refused between two polls, and waits for minutes then.
        stream.letIn();
        return Duration.ZERO;
      }
      warn("answered " + status);
      return server.retryAfter(response);
    } catch (IOException e) {
      if (!gaveWay && !server.isClosed()) {
        warn(exchange.describe(e));
      }
      return Duration.ZERO;
    }
  }

  private boolean offer(Response response) throws IOException {
    return inForce.offer(
        new InForce.Document(
            id(response), Http.body(response), response.header(SnapshotSignature.HEADER)));
  }

  private static @Nullable String id(Response response) {
    String tag = response.header("ETag");
    // Weak where the answer was compressed.
    return tag == null ? null : tag.replaceFirst("^W/", "").replace("\"", "");
  }

  private void warn(String why) {
    contact.failed(Way.POLL, why);
    warnings.warn(
        Topic.CONNECTION,
        "polling the control server: " + why + "; goes on, the flags stay as they are");
  }
}
