package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ColdGatesTest {
  private static final long SLOW_NANOS = 3_000_000_000L;
  private static final long FAST_NANOS = 1_000_000;
  private static final int TICKS_PER_SECOND = 4;
  private static final int WARM = 5 * TICKS_PER_SECOND + 2;

  private final Recorders recorders = new Recorders(Measure.EVERY);
  private final Breaker breaker = new Breaker(recorders);
  private final Gates gates = new Gates(recorders, type -> {}, new NoTroubles());
  private Snapshot snapshot = Snapshot.EMPTY;
  private long now;

  // As the classes of an application that is deployed again link theirs.
  private GateSite link() {
    return gates.link(
        MethodHandles.lookup(), "f", "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
  }

  private void apply(Limit limit, double percent) {
    apply(percent, List.of(limit));
  }

  private void apply(double percent, List<Limit> limits) {
    Flag flag = Flag.named("f").edit().percentage(Percentage.of(percent)).limits(limits).done();
    snapshot = new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", flag));
    breaker.begin(snapshot, now, Instant.EPOCH);
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }

  private void apply(double percent) {
    apply(Limit.of(Limit.Metric.P99, 500), percent);
  }

  private static void call(GateSite gate, int count, long nanos) {
    for (int i = 0; i < count; i++) {
      GatePath path = gate.choose(null);
      path.succeeded(System.nanoTime() - nanos | 1);
    }
  }

  private List<Trip> tick(int times) {
    List<Trip> trips = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      now += TimeUnit.MILLISECONDS.toNanos(250);
      Breaker.InForce inForce = new Breaker.InForce(snapshot, Set.of());
      gates.seeDebuts();
      trips.addAll(breaker.look(() -> inForce, 0, now, Instant.EPOCH));
    }
    return trips;
  }

  private GateSite warm() {
    GateSite gate = link();
    call(gate, 500, FAST_NANOS);
    assertThat(tick(WARM)).isEmpty();
    return gate;
  }

  @Test
  void firstCallsThroughAGateThatIsLinkedAnew_areNotJudgedByTheirLatency() {
    apply(100);
    warm();
    call(link(), 20, SLOW_NANOS);
    assertThat(tick(WARM)).isEmpty();
  }

  @Test
  void callsThroughAGateThatIsLinkedAnew_areJudgedOnceItIsWarm() {
    apply(100);
    warm();
    GateSite again = warm();
    call(again, 20, SLOW_NANOS);
    assertThat(tick(1)).hasSize(1);
  }

  // As of an application that is deployed again while the flag is off.
  @Test
  void gateWhoseFirstCallsTakeTheFallback_isColdFromTheFirstOneThatDoesNot() {
    apply(100);
    warm();
    apply(0);
    GateSite again = link();
    call(again, 20, FAST_NANOS);
    assertThat(tick(WARM)).isEmpty();
    apply(100);
    call(again, 20, SLOW_NANOS);
    assertThat(tick(WARM)).isEmpty();
  }

  @Test
  void gatesThatAreEverNew_doNotKeepASlowPathFromBeingJudged() {
    apply(100);
    warm();
    List<Trip> trips = new ArrayList<>();
    int seconds = 0;
    while (trips.isEmpty() && seconds < 300) {
      call(link(), 20, SLOW_NANOS);
      trips.addAll(tick(TICKS_PER_SECOND));
      seconds++;
    }
    assertThat(seconds).isBetween(50, 70);
  }

  @Test
  void failuresOfANewGate_areJudged() {
    apply(Limit.of(Limit.Metric.ERROR_RATE, 5), 100);
    warm();
    GateSite again = link();
    for (int i = 0; i < 100; i++) {
      boolean recovers = again.choose(null).failed(System.nanoTime() | 1, new Exception());
      assertThat(recovers).isFalse();
    }
    assertThat(tick(1)).hasSize(1);
  }

  // As of one that is pinned, or on by the file, before the server's flags come.
  @Test
  void firstCallsBeforeTheLimitsWereKnown_areTheFirstAllTheSame() {
    apply(100, List.of());
    GateSite gate = link();
    call(gate, 20, FAST_NANOS);
    assertThat(tick(2)).isEmpty();
    apply(100);
    call(gate, 20, SLOW_NANOS);
    assertThat(tick(2)).isEmpty();
  }

  @Test
  void pathThatWasCalledLongBeforeItsLimitsWereKnown_isWarm() {
    apply(100, List.of());
    GateSite gate = warm();
    apply(100);
    call(gate, 20, SLOW_NANOS);
    assertThat(tick(1)).hasSize(1);
  }

  @Test
  void firstCallsThroughTheFirstGate_areNotJudgedByTheirLatency() {
    apply(100);
    assertThat(tick(WARM)).isEmpty();
    call(link(), 20, SLOW_NANOS);
    assertThat(tick(WARM)).isEmpty();
  }

  // Between two looks: nothing was read of it before.
  @Test
  void failuresOfTheFirstGate_areJudgedFromItsFirstCall() {
    apply(Limit.of(Limit.Metric.ERROR_RATE, 5), 100);
    assertThat(tick(1)).isEmpty();
    GateSite gate = link();
    apply(Limit.of(Limit.Metric.ERROR_RATE, 5), 100);
    for (int i = 0; i < 100; i++) {
      boolean recovers = gate.choose(null).failed(System.nanoTime() | 1, new Exception());
      assertThat(recovers).isFalse();
    }
    apply(Limit.of(Limit.Metric.ERROR_RATE, 5), 100);
    assertThat(tick(1)).hasSize(1);
  }

  @Test
  void failuresBeforeTheLimitsWereKnown_areNotJudged() {
    apply(100, List.of());
    assertThat(tick(1)).isEmpty();
    GateSite gate = link();
    for (int i = 0; i < 100; i++) {
      boolean recovers = gate.choose(null).failed(System.nanoTime() | 1, new Exception());
      assertThat(recovers).isFalse();
    }
    apply(Limit.of(Limit.Metric.ERROR_RATE, 5), 100);
    assertThat(tick(2)).isEmpty();
  }
}
