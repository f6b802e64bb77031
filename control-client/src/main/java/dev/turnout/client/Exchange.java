package dev.turnout.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, on the calling thread, with a time limit that another thread enforces
 * by {@link #look}. OkHttp's own limits are not used: Okio would start a thread to watch them.
 */
final class Exchange implements AutoCloseable {
  private final Call call;
  private final LongSupplier nanos;
  private final Set<Exchange> open;
  private final long startedAt;
  private volatile long until;
  private volatile boolean late;
  private @Nullable Response response;

  /** Begins; it is up to the caller to close it, which takes it out of {@code open}. */
  Exchange(Call call, LongSupplier nanos, Set<Exchange> open, Duration limit) {
    this.call = call;
    this.nanos = nanos;
    this.open = open;
    startedAt = nanos.getAsLong();
    until = startedAt + limit.toNanos();
    open.add(this);
  }

  /** Sends the request and waits for the head of the answer. */
  Response answer() throws IOException {
    Response head = call.execute();
    response = head;
    return head;
  }

  /** Gives it that long from now. */
  void allow(Duration limit) {
    until = nanos.getAsLong() + limit.toNanos();
  }

  /** Ends it if its time is over. */
  void look() {
    if (nanos.getAsLong() - until > 0) {
      late = true;
      call.cancel();
    }
  }

  /** Ends it now: whoever waits for it gets an exception. */
  void cancel() {
    call.cancel();
  }

  boolean isOlderThan(Duration age) {
    return nanos.getAsLong() - startedAt > age.toNanos();
  }

  /** In words for people, why it failed. */
  String describe(IOException e) {
    return late ? "nothing was heard in time" : e.toString();
  }

  @Override
  public void close() {
    try {
      Response last = response;
      if (last != null) {
        last.close();
      }
    } finally {
      open.remove(this);
    }
  }
}
