package dev.turnout.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Host;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import dev.turnout.server.TestStore;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.FlagChanges;
import dev.turnout.server.change.Policy;
import dev.turnout.server.change.PolicyJson;
import dev.turnout.server.change.RolloutChanges;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import dev.turnout.server.store.Database;
import dev.turnout.server.store.FlagStore;
import dev.turnout.server.store.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts go on by themselves when, and only when, their stages are over. */
final class RolloutClockTest {
  private static final Author ANN = Author.named("ann");

  private static final Host HOST = new Host("game", "game-1", "");
  private static final Trip TRIP =
      new Trip(
          "x",
          Variants.ON,
          1,
          "error_rate > 5 %",
          "threshold",
          20.5,
          117,
          24,
          Instant.parse("2026-03-02T10:00:00Z"));

  private static final String PLAN =
      """
      {"stages": [{"percentage": 5, "hold": "1h", "min_calls": 100},
        {"percentage": 50, "hold": "2h", "min_calls": 0}, {"percentage": 100, "hold": "0s"}]}""";

  @TempDir Path data;
  private final SetClock clock = new SetClock();
  private final Fleet fleet = new Fleet(clock, Ticker.disabledTicker());
  private Database database;
  private Journal journal;
  private Changes changes;
  private RolloutClock rollouts;
  private long sequence;

  /** A clock that is set. */
  private static final class SetClock extends Clock {
    private Instant now = Instant.parse("2026-03-02T10:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeEach
  void open() throws IOException {
    database = TestStore.open(data);
    journal = Journal.open(data.resolve("stops.journal"));
    changes = replica();
    rollouts = new RolloutClock(changes, fleet, clock);
    changes.apply(ANN, FlagChanges.put("x", Json.object()));
    changes.apply(ANN, RolloutChanges.plan(plan(PLAN)));
    changes.apply(ANN, RolloutChanges.start("x"));
  }

  private Changes replica() {
    return new Changes(
        new FlagStore(database, "default"), journal, clock, fleet::isTrippedSomewhere);
  }

  @AfterEach
  void close() throws IOException {
    database.close();
    journal.close();
  }

  private static Rollout plan(String json) {
    return RolloutJson.readPlan("x", Json.parse(json.getBytes(StandardCharsets.UTF_8)));
  }

  private Rollout rollout() {
    Rollout rollout = changes.kept().rollouts().get("x");
    assertThat(rollout).isNotNull();
    return rollout;
  }

  private double percentage() {
    Flag flag = changes.current().flag("x");
    assertThat(flag).isNotNull();
    return flag.percentage().percent();
  }

  private void passes(Duration time) {
    clock.now = clock.now.plus(time);
    rollouts.tick();
  }

  private void counted(long calls) {
    Flag flag = changes.current().flag("x");
    assertThat(flag).isNotNull();
    sequence++;
    Report unused =
        fleetReport(
            new Report.Count(
                "x",
                flag.revision(),
                Flag.GA,
                Variants.ON,
                new PathCounts(calls, 0, 0, Histogram.EMPTY)));
  }

  private Report fleetReport(Report.Count count) {
    Report report =
        new Report(HOST, "b", sequence, "1", 1, 1, List.of(), List.of(count), List.of());
    Agent unused = fleet.reported(report);
    return report;
  }

  @Test
  void stage_isNotOverBeforeItHasHeld_norBeforeEnoughCalls() {
    counted(99);
    passes(Duration.ofMinutes(59));
    assertThat(rollout().stage()).isZero();
    assertThat(rollouts.waitsFor("x")).isNull();
    passes(Duration.ofMinutes(2));
    assertThat(rollout().stage()).isZero();
    assertThat(rollouts.waitsFor("x"))
        .isEqualTo("99 of the 100 calls that the stage asks for were seen");
    counted(100);
    passes(Duration.ofSeconds(1));
    assertThat(rollout().stage()).isOne();
    assertThat(percentage()).isEqualTo(50);
    assertThat(rollouts.waitsFor("x")).isNull();
    passes(Duration.ofSeconds(1));
    assertThat(rollout().stage()).isOne();
  }

  @Test
  void rollout_isPausedByATripOfAnInstancesFlagsFile() {
    fleet.connected(HOST);
    Agent unused =
        fleet.reported(
            new Report(HOST, "b", 1, "1", 1, 1, List.of(), List.of(), List.of(TRIP.under(0))));
    passes(Duration.ofSeconds(1));
    assertThat(rollout().state()).isEqualTo(Rollout.State.PAUSED);
  }

  @Test
  void resumedRollout_isNotPausedAgain_byATripFromBeforeTheReset() {
    fleet.connected(HOST);
    Agent unused =
        fleet.reported(new Report(HOST, "b", 1, "1", 1, 1, List.of(), List.of(), List.of(TRIP)));
    passes(Duration.ofSeconds(1));
    assertThat(rollout().state()).isEqualTo(Rollout.State.PAUSED);
    changes.apply(ANN, FlagChanges.reset("x"));
    changes.apply(ANN, RolloutChanges.resume("x"));
    passes(Duration.ofSeconds(1));
    assertThat(rollout().state()).isEqualTo(Rollout.State.RUNNING);
  }

  @Test
  void wholePlan_goesToItsEnd() {
    counted(100);
    passes(Duration.ofHours(1));
    passes(Duration.ofHours(2));
    assertThat(percentage()).isEqualTo(100);
    counted(200);
    passes(Duration.ofSeconds(1));
    assertThat(rollout().state()).isEqualTo(Rollout.State.COMPLETED);
  }

  @Test
  void callsOfAnEarlierShare_doNotCount() {
    counted(100);
    changes.apply(ANN, RolloutChanges.pause("x", "lunch"));
    changes.apply(ANN, FlagChanges.freeze("x", true));
    changes.apply(ANN, FlagChanges.freeze("x", false));
    changes.apply(ANN, RolloutChanges.resume("x"));
    passes(Duration.ofHours(1));
    assertThat(rollout().stage()).isZero();
  }

  @Test
  void pausedOrManual_staysWhereItIs() {
    counted(100);
    changes.apply(ANN, RolloutChanges.pause("x", "lunch"));
    passes(Duration.ofDays(1));
    assertThat(rollout().stage()).isZero();
    changes.apply(ANN, RolloutChanges.resume("x"));
    changes.apply(
        ANN,
        RolloutChanges.plan(
            plan(PLAN.replace("{\"stages\"", "{\"automatic\": false, \"stages\""))));
    passes(Duration.ofDays(1));
    assertThat(rollout().stage()).isZero();
  }

  @Test
  void blackout_isWaitedOut() {
    counted(100);
    Policy unused =
        changes.putPolicy(
            ANN,
            PolicyJson.read(
                Json.parse(
                    """
                    {"blackouts": [{"name": "noon", "from": "11:00", "to": "12:00",
                      "zone": "UTC"}]}"""
                        .getBytes(StandardCharsets.UTF_8))));
    passes(Duration.ofMinutes(61));
    assertThat(rollout().stage()).isZero();
    assertThat(rollout().state()).isEqualTo(Rollout.State.RUNNING);
    assertThat(rollouts.waitsFor("x")).contains("during \"noon\"");
    passes(Duration.ofHours(1));
    assertThat(rollout().stage()).isOne();
    assertThat(rollouts.waitsFor("x")).isNull();
  }

  @Test
  void ofTwoServers_oneMakesTheStep_andTheOtherNoneOnTop() {
    counted(100);
    Changes other = replica();
    RolloutClock others = new RolloutClock(other, fleet, clock);
    clock.now = clock.now.plus(Duration.ofHours(3));
    // The other has not looked at the store since, as if it had been stopped for hours.
    rollouts.tick();
    others.tick();
    changes.refresh();
    assertThat(rollout().stage()).isOne();
    assertThat(other.kept().rollouts()).isEqualTo(changes.kept().rollouts());
    assertThat(percentage()).isEqualTo(50);
  }

  @Test
  void trippedInstance_pausesIt() {
    fleet.connected(HOST);
    Agent unused =
        fleet.reported(new Report(HOST, "b", 1, "1", 1, 1, List.of(), List.of(), List.of(TRIP)));
    passes(Duration.ofSeconds(1));
    assertThat(rollout().state()).isEqualTo(Rollout.State.PAUSED);
    assertThat(rollout().why()).contains("an instance keeps the flag off");
    assertThat(percentage()).isEqualTo(5);
  }

  @Test
  void storeThatIsAway_leavesItWhereItIs() {
    counted(100);
    database.close();
    passes(Duration.ofHours(2));
    passes(Duration.ofSeconds(1));
    assertThat(rollout().stage()).isZero();
    assertThat(rollout().state()).isEqualTo(Rollout.State.RUNNING);
    assertThat(rollouts.waitsFor("x")).contains("the store");
    assertThat(changes.storeAway()).isNotNull();
  }
}
