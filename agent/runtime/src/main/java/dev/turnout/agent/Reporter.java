package dev.turnout.agent;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.client.ControlClient;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the control server what happened: every few seconds, and at once when a limit was breached.
 * Reports are cumulative, so nothing is queued while the server is away: the next one says it all.
 */
final class Reporter implements ControlClient.Reports {
  static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Host host;
  private final Recorders recorders;
  private final Rulebook rules;
  private final TripBook tripBook;
  private final Supplier<List<Report.Gate>> gates;
  private final Supplier<List<Report.Refusal>> refused;
  private final String bootId = bootId();
  private final ReportPace pace = new ReportPace(INTERVAL, new SplittableRandom());
  private List<Trip> reported = List.of();
  private long sequence;

  Reporter(
      Host host,
      Recorders recorders,
      Rulebook rules,
      TripBook tripBook,
      Supplier<List<Report.Gate>> gates,
      Supplier<List<Report.Refusal>> refused) {
    this.host = host;
    this.recorders = recorders;
    this.rules = rules;
    this.tripBook = tripBook;
    this.gates = gates;
    this.refused = refused;
  }

  // Different from one start to the next, and no secret: a random UUID would have the JVM set up
  // its
  // source of secrets, before the application had a say in it.
  private static String bootId() {
    SplittableRandom random = new SplittableRandom();
    return new UUID(random.nextLong(), random.nextLong() ^ ProcessHandle.current().pid())
        .toString();
  }

  @Override
  public Report next() {
    Snapshot snapshot = rules.serverSnapshot();
    reported = tripBook.reported();
    return new Report(
        host,
        bootId,
        ++sequence,
        version(),
        snapshot.epoch(),
        snapshot.revision(),
        gates.get(),
        recorders.counts(),
        reported,
        delivery(snapshot));
  }

  private Report.Delivery delivery(Snapshot snapshot) {
    boolean known = !snapshot.issuedAt().equals(Instant.EPOCH);
    return new Report.Delivery(
        known ? snapshot.issuedAt() : null, snapshot.validUntil(), refused.get());
  }

  @Override
  public Duration sent(ControlClient.Sent sent) {
    return sent.accepted() ? pace.accepted(reported) : pace.failed(reported, sent.retryAfter());
  }

  /** The agent's version, out of its jar; {@code dev} when it runs from classes. */
  static String version() {
    @Nullable String version = Reporter.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
