package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.Overrides;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetersTest {
  private final Recorders recorders = new Recorders(Measure.EVERY);

  private final Gates gates = new Gates(recorders, type -> {}, new NoTroubles());
  private final Rulebook rules =
      new Rulebook(Host.UNKNOWN, all -> gates.apply(all.decider()), Overrides.NONE);

  private Meters meters() {
    return new Meters(recorders, rules, () -> 12.5, Clock.systemUTC());
  }

  private void calls(String variant, int count) {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, variant).recorder().calls(Reason.SPLIT);
    for (int i = 0; i < count; i++) {
      calls.succeeded(calls.begin());
    }
  }

  @Test
  void scrape_hasACounterAndAHistogramOfEachVariant() {
    Meters meters = meters();
    calls(Variants.OFF, 3);
    assertThat(new String(meters.scrape(), UTF_8))
        .contains("turnout_calls_total{flag=\"f\",outcome=\"success\",variant=\"off\"} 3.0")
        .contains("turnout_calls_total{flag=\"f\",outcome=\"success\",variant=\"on\"} 0.0");
    // Variants may come while the JVM runs.
    calls("SPLIT", 5);
    calls("manual", 2);
    assertThat(new String(meters.scrape(), UTF_8))
        .contains("turnout_calls_total{flag=\"f\",outcome=\"success\",variant=\"SPLIT\"} 5.0")
        .contains("turnout_calls_total{flag=\"f\",outcome=\"success\",variant=\"manual\"} 2.0")
        .contains("turnout_latency_seconds_count{flag=\"f\",variant=\"manual\"} 2")
        .contains("turnout_decisions_total{flag=\"f\",reason=\"SPLIT\"} 10.0");
  }

  @Test
  void scrape_hasForHowLongTheServerHasNotAnswered() {
    Meters meters = meters();
    System.gc();
    assertThat(new String(meters.scrape(), UTF_8)).contains("turnout_contact_age_seconds 12.5");
  }

  // Nobody can reset it, and an alarm would never end.
  @Test
  void tripOfAFlagThatIsGone_isNotAmongTheTrips() {
    Meters meters = meters();
    Trip trip = new Trip("f", null, 1, "error_rate > 5 %", "x", 50, 100, 50, Instant.EPOCH);
    rules.trips(() -> Map.of("f", trip));
    rules.server(snapshot(1, Map.of("f", Flag.named("f"))));
    assertThat(new String(meters.scrape(), UTF_8)).contains("turnout_trips 1.0");
    rules.server(snapshot(2, Map.of()));
    assertThat(new String(meters.scrape(), UTF_8)).contains("turnout_trips 0.0");
    rules.server(snapshot(3, Map.of("f", Flag.named("f"))));
    assertThat(new String(meters.scrape(), UTF_8)).as("made again").contains("turnout_trips 1.0");
  }

  private static Snapshot snapshot(long revision, Map<String, Flag> flags) {
    return new Snapshot("", 1, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
  }

  @Test
  void callsThatFail_neverHaveTheCounterOfSuccessesGoDown() throws InterruptedException {
    calls("on", 3);
    CallRecorder failing = recorders.use("f", 2, Flag.GA, "on").recorder().calls(Reason.SPLIT);
    AtomicBoolean over = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              while (!over.get()) {
                failing.failed(failing.begin());
              }
            });
    caller.start();
    try {
      long told = 0;
      for (int i = 0; i < 5_000; i++) {
        long now = recorders.successes("f", "on");
        assertThat(now).isGreaterThanOrEqualTo(told);
        told = now;
      }
    } finally {
      over.set(true);
      caller.join();
    }
  }

  @Test
  void flagsThatMadeRoomForOthers_areShownNoMore() {
    Meters meters = meters();
    for (int i = 0; i < Recorders.MOST_FLAGS; i++) {
      var unused = recorders.use("gone" + i, 1, Flag.GA, Variants.ON);
    }
    assertThat(new String(meters.scrape(), UTF_8)).contains("\"gone7\"");
    await()
        .untilAsserted(
            () -> {
              System.gc();
              calls("on", 1);
              assertThat(new String(meters.scrape(), UTF_8))
                  .contains("flag=\"f\"")
                  .doesNotContain("\"gone");
            });
  }
}
