package dev.turnout.server;

import dev.turnout.client.ControlClient;
import dev.turnout.client.Timing;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An agent's own client that follows a server, and keeps account of what it was sent. */
final class FollowingAgent implements AutoCloseable {
  static final Duration NEVER = Duration.ofHours(1);
  private static final Duration OFTEN = Duration.ofMillis(50);

  final List<Snapshot> delivered = new CopyOnWriteArrayList<>();
  final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Host host;
  private final ControlClient client;
  private final ScheduledFuture<?> looks;
  private long sequence;

  /**
   * Starts one.
   *
   * @param looker looks after time limits, for any number of agents
   */
  FollowingAgent(
      String server,
      String token,
      String instance,
      Timing timing,
      Trust trust,
      ScheduledExecutorService looker) {
    host = new Host("game", instance, "");
    client =
        new ControlClient(
            new ControlClient.Settings(
                URI.create(server), () -> token, host, null, timing, trust, ClientTls.DEFAULT),
            new ControlClient.Listener() {
              @Override
              public void snapshot(Snapshot snapshot) {
                delivered.add(snapshot);
              }

              @Override
              public void warning(String text) {
                warnings.add(text);
              }
            });
    looks =
        looker.scheduleAtFixedRate(
            client::look, OFTEN.toMillis(), OFTEN.toMillis(), TimeUnit.MILLISECONDS);
    client.start();
  }

  /** What an agent waits for, with back-offs short enough for a test. */
  static Timing timing(Duration poll, Duration silence) {
    return new Timing(
        poll,
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        silence,
        Duration.ofSeconds(60),
        Duration.ofSeconds(2),
        Duration.ofSeconds(20),
        Duration.ofSeconds(20));
  }

  /** Reports that often, as agents do. */
  void report(Duration every) {
    client.report(
        Duration.ZERO,
        new ControlClient.Reports() {
          @Override
          public Report next() {
            Snapshot snapshot = client.snapshot();
            return new Report(
                host,
                "boot",
                ++sequence,
                "1",
                snapshot.epoch(),
                snapshot.revision(),
                List.of(),
                List.of(),
                List.of(),
                new Report.Delivery(snapshot.issuedAt(), snapshot.validUntil(), client.refused()));
          }

          @Override
          public Duration sent(ControlClient.Sent sent) {
            return every;
          }
        });
  }

  Snapshot snapshot() {
    return client.snapshot();
  }

  /** {@code EPOCH:REVISION} of the snapshot in force. */
  String at() {
    Snapshot now = client.snapshot();
    return now.epoch() + ":" + now.revision();
  }

  @Override
  public void close() {
    looks.cancel(false);
    client.close();
  }
}
