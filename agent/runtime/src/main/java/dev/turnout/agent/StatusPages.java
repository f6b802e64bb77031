package dev.turnout.agent;

import dev.turnout.agent.measure.Meters;
import dev.turnout.agent.measure.StatusPort;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own HTTP port with its meters and its status, where one is asked for. Opened and
 * served by the thread of the engine, which else would do nothing in that time; closed by any.
 */
final class StatusPages implements AutoCloseable {
  private final Options options;
  private final Supplier<byte[]> status;
  private final Supplier<Meters> newMeters;
  private @Nullable Meters meters;
  private volatile @Nullable StatusPort port;
  private boolean rests;

  /**
   * Creates them; the port is closed yet.
   *
   * @param status makes the page of the status
   * @param newMeters makes the meters, once and not before somebody asks for their page: to load
   *     their library takes long
   */
  StatusPages(Options options, Supplier<byte[]> status, Supplier<Meters> newMeters) {
    this.options = options;
    this.status = status;
    this.newMeters = newMeters;
  }

  /** Opens the port, if the options name one; if it cannot be had that is told. */
  void open() {
    if (options.get("metrics-port").isEmpty()) {
      return;
    }
    StatusPort opened;
    try {
      opened =
          StatusPort.open(
              options.get("metrics-host"),
              Integer.parseInt(options.get("metrics-port")),
              Map.of("/metrics", this::scrape, "/status.json", status),
              page -> AgentThread.start("turnout-page", page));
    } catch (IllegalStateException e) {
      AgentLog.line(e.getMessage() + "; the agent goes on without the port");
      return;
    }
    port = opened;
    AgentLog.line(
        "metrics at " + opened.url() + "/metrics, status at " + opened.url() + "/status.json");
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
    StatusPort open = port;
    // Rounded up, or the last of a millisecond would be spent going round.
    long millis = Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    if (open == null || rests) {
      Thread.sleep(millis);
      return;
    }
    try {
      open.serve(millis);
    } catch (Throwable e) {
      // Such as no more files: it may be back after a while, which must not be spent on trying.
      rests = true;
      throw e;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** Serves the port again after it could not be served. */
  void resume() {
    rests = false;
  }

  @Override
  public void close() {
    StatusPort open = port;
    if (open != null) {
      open.close();
    }
  }
}
