package dev.turnout.agent;

import dev.turnout.agent.measure.Meters;
import dev.turnout.agent.measure.StatusPort;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own HTTP port with its meters and its status, where one is asked for. Opened and
 * served by the thread of the engine, which else would do nothing in that time; closed by any.
 */
final class StatusPages implements AutoCloseable {
  private static final String WITHOUT = "; the agent goes on without the port";
  private static final long NANOS_TO_REST = TimeUnit.SECONDS.toNanos(10);
  private static final long NANOS_TO_TELL_AGAIN = TimeUnit.HOURS.toNanos(1);

  private final Options options;
  private final Supplier<byte[]> status;
  private final Supplier<Meters> newMeters;
  private final LongSupplier nanoTime;
  private @Nullable Meters meters;
  private volatile @Nullable StatusPort port;
  private @Nullable InetSocketAddress address;
  private long restsUntilNanos;
  private long toldNanos;
  private String told = "";
  private volatile String problem = "";

  /**
   * Creates them; the port is closed yet.
   *
   * @param status makes the page of the status
   * @param newMeters makes the meters, once and not before somebody asks for their page: to load
   *     their library takes long
   */
  StatusPages(
      Options options, Supplier<byte[]> status, Supplier<Meters> newMeters, LongSupplier nanoTime) {
    this.options = options;
    this.status = status;
    this.newMeters = newMeters;
    this.nanoTime = nanoTime;
  }

  /** Opens the port, if the options name one; if it cannot be had, that is told and tried again. */
  void open() {
    if (options.get("metrics-port").isEmpty()) {
      return;
    }
    try {
      // Once, and not when it is tried again: the network is waited for here.
      address =
          StatusPort.address(
              options.get("metrics-host"), Integer.parseInt(options.get("metrics-port")));
    } catch (IllegalStateException e) {
      problem = e.getMessage() + WITHOUT;
      AgentLog.line(problem);
      return;
    }
    tryToOpen(address);
  }

  /** What keeps the port from being served by now; empty if nothing does. For any thread. */
  String problem() {
    return problem;
  }

  /** Where the port is served, with the port that was taken; null if it is not. For any thread. */
  @Nullable String url() {
    StatusPort open = port;
    return open == null ? null : open.url();
  }

  private void tryToOpen(InetSocketAddress found) {
    StatusPort opened;
    try {
      opened =
          StatusPort.open(
              options.get("metrics-host"),
              found,
              Map.of("/metrics", this::scrape, "/status.json", status),
              page -> AgentThread.start("turnout-page", page));
    } catch (IllegalStateException e) {
      rest(e.getMessage() + WITHOUT);
      return;
    }
    port = opened;
    problem = "";
    AgentLog.line(
        "metrics at " + opened.url() + "/metrics, status at " + opened.url() + "/status.json");
  }

  // Whatever it is may take a while, which must be spent neither on trying nor on telling.
  private void rest(String obstacle) {
    long now = nanoTime.getAsLong();
    restsUntilNanos = now + NANOS_TO_REST;
    problem = obstacle;
    if (!obstacle.equals(told) || now - toldNanos >= NANOS_TO_TELL_AGAIN) {
      told = obstacle;
      toldNanos = now;
      AgentLog.line(
          obstacle
              + "; tried again every "
              + TimeUnit.NANOSECONDS.toSeconds(NANOS_TO_REST)
              + " seconds");
    }
  }

  private synchronized byte[] scrape() {
    Meters asked = meters;
    if (asked == null) {
      asked = newMeters.get();
      meters = asked;
    }
    return asked.scrape();
  }

  /** Serves the port, or just waits, for a while at most. */
  void serve(long nanos) throws InterruptedException {
    // Rounded up, or the last of a millisecond would be spent going round.
    long millis = Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    InetSocketAddress found = address;
    boolean rests = !problem.isEmpty() && restsUntilNanos - nanoTime.getAsLong() > 0;
    if (found == null || rests) {
      Thread.sleep(millis);
      return;
    }
    StatusPort open = port;
    try {
      if (open == null) {
        tryToOpen(found);
        return;
      }
      open.serve(millis);
      problem = "";
    } catch (RuntimeException | Error e) {
      // Such as no more files, or no memory.
      rest("the metrics port cannot be served: " + e);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    StatusPort open = port;
    if (open != null) {
      open.close();
    }
  }
}
