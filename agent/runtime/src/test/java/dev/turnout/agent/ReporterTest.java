package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.CallRecorder;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.client.ControlClient;
import dev.turnout.client.codec.ReportCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept for a server that takes no reports. */
class ReporterTest {
  private static final Duration OUTAGE = Duration.ofHours(1);
  private static final int CALLS_A_ROUND = 50;

  @TempDir Path directory;
  private final Recorders recorders = new Recorders(Measure.EVERY);
  private TripBook tripBook;

  @BeforeEach
  void openTheBook() {
    tripBook = new TripBook(directory.toFile(), Runnable::run);
  }

  private Reporter reporter() {
    Host host = new Host("game", "game-1", "");
    Gates gates = new Gates(recorders, opened -> {}, new NoTroubles());
    return new Reporter(
        host,
        recorders,
        new Rulebook(host, all -> gates.apply(all.decider()), Overrides.NONE),
        tripBook,
        List::of,
        List::of);
  }

  private void calls() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.ON);
    CallRecorder calls = use.recorder().calls(Reason.SPLIT);
    for (int i = 0; i < CALLS_A_ROUND; i++) {
      calls.succeeded(calls.begin());
    }
  }

  @Test
  void reportsThatFailForAnHour_growByNothing_andTheNextSaysItAll() {
    Reporter reporter = reporter();
    ControlClient.Sent failed = new ControlClient.Sent(false, "answered 503");
    calls();
    Report first = reporter.next();
    Duration passed = Duration.ZERO;
    Report last = first;
    long rounds = 1;
    while (passed.compareTo(OUTAGE) < 0) {
      passed = passed.plus(reporter.sent(failed));
      calls();
      last = reporter.next();
      rounds++;
    }

    assertThat(rounds).isBetween(100L, 300L);
    assertThat(last.sequence()).isEqualTo(rounds);
    assertThat(last.counts()).hasSameSizeAs(first.counts());
    assertThat(last.counts())
        .singleElement()
        .extracting(count -> count.counts().calls())
        .isEqualTo(rounds * CALLS_A_ROUND);
    // Longer numbers, and latencies that were not seen before.
    assertThat(ReportCodec.write(last).length).isLessThan(ReportCodec.write(first).length + 2_000);
  }

  /** How many reports there are in an hour in which the server takes none. */
  private long reportsInAnOutage(Reporter reporter, ControlClient.Sent failed) {
    Duration passed = Duration.ZERO;
    long reports = 0;
    while (passed.compareTo(OUTAGE) < 0) {
      var unused = reporter.next();
      passed = passed.plus(reporter.sent(failed));
      reports++;
    }
    return reports;
  }

  private void trip(String flag) {
    tripBook.add(
        new Trip(flag, null, 1, "error_rate > 5 %", "x", 50, 100, 50, Instant.EPOCH),
        "production",
        1);
  }

  @Test
  void tripThatTheServerHas_isNoReasonToAskOften() {
    Reporter reporter = reporter();
    trip("f");
    var unused = reporter.next();
    assertThat(reporter.sent(new ControlClient.Sent(true, ""))).isEqualTo(Reporter.INTERVAL);
    ControlClient.Sent failed = new ControlClient.Sent(false, "answered 503");
    assertThat(reportsInAnOutage(reporter, failed)).isLessThan(300);
  }

  @Test
  void tripThatIsNew_isToldWithinSecondsOfTheServersReturn_andNotAskedForTwiceASecondForHours() {
    Reporter reporter = reporter();
    trip("f");
    ControlClient.Sent failed = new ControlClient.Sent(false, "answered 503");
    assertThat(reportsInAnOutage(reporter, failed)).isBetween(700L, 1_600L);
    assertThat(reporter.sent(failed)).isLessThanOrEqualTo(ReportPace.LONGEST_OF_TRIPS);
  }

  @Test
  void serverThatWantsToBeLeftAlone_is() {
    Duration minute = Duration.ofMinutes(1);
    ControlClient.Sent failed = new ControlClient.Sent(false, "answered 503", minute);
    assertThat(reportsInAnOutage(reporter(), failed)).isEqualTo(60);
  }
}
