package dev.turnout.agent;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.client.ControlClient;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the control server what happened: every few seconds, and at once when a limit was breached.
 * Reports are cumulative, so nothing is queued while the server is away: the next one says it all.
 */
final class Reporter implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 2_000;
  private static final long RETRY_TRIP_MILLIS = 500;

  private final ControlClient client;
  private final Host host;
  private final Recorders recorders;
  private final Rulebook rules;
  private final TripBook tripBook;
  private final Supplier<List<Report.Gate>> gates;
  private final String bootId = UUID.randomUUID().toString();
  private final Semaphore wake = new Semaphore(0);
  private @Nullable Thread thread;
  private long sequence;
  private boolean accepted = true;
  private volatile boolean closed;

  Reporter(
      ControlClient client,
      Host host,
      Recorders recorders,
      Rulebook rules,
      TripBook tripBook,
      Supplier<List<Report.Gate>> gates) {
    this.client = client;
    this.host = host;
    this.recorders = recorders;
    this.rules = rules;
    this.tripBook = tripBook;
    this.gates = gates;
  }

  synchronized void start() {
    thread = AgentThread.start("turnout-reports", this::run);
  }

  /** Has a report sent now. */
  void wake() {
    wake.release();
  }

  private void run() {
    AgentThread.repeat("sending a report", () -> !closed, this::round);
  }

  private void round() throws InterruptedException {
    // A trip that the fleet does not know of yet is worth asking twice a second.
    boolean urgent = !accepted && !tripBook.trips().isEmpty();
    long wait = urgent ? RETRY_TRIP_MILLIS : INTERVAL_MILLIS;
    if (wake.tryAcquire(wait, TimeUnit.MILLISECONDS)) {
      wake.drainPermits();
    }
    accepted = false;
    accepted = client.send(report()).accepted();
  }

  private Report report() {
    Snapshot snapshot = rules.serverSnapshot();
    return new Report(
        host,
        bootId,
        ++sequence,
        version(),
        snapshot.epoch(),
        snapshot.revision(),
        gates.get(),
        recorders.counts(),
        List.copyOf(tripBook.trips().values()));
  }

  /** The agent's version, out of its jar; {@code dev} when it runs from classes. */
  static String version() {
    @Nullable String version = Reporter.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  @Override
  public void close() {
    closed = true;
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      running.interrupt();
    }
  }
}
