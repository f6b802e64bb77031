package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.CallRecorder;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ColdPathsTest {
  private static final long SLOW_NANOS = 1_500_000_000L;
  private static final long FAST_NANOS = 1_000_000;

  private final Recorders recorders = new Recorders(Measure.EVERY);
  private final Breaker breaker = new Breaker(recorders);
  private long now;

  private List<Trip> look(Flag flag) {
    now += TimeUnit.MILLISECONDS.toNanos(250);
    Breaker.InForce inForce = new Breaker.InForce(snapshot(flag), Set.of());
    return breaker.look(() -> inForce, 0, now, Instant.EPOCH);
  }

  private static Snapshot snapshot(Flag flag) {
    return new Snapshot(
        "", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of(flag.name(), flag));
  }

  private List<Trip> look(Flag flag, int times) {
    List<Trip> trips = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      trips.addAll(look(flag));
    }
    return trips;
  }

  private static Flag flag(String... variants) {
    return flag(Limit.of(Limit.Metric.P99, 500), variants);
  }

  private static Flag flag(Limit limit, String... variants) {
    List<Variants.Variant> all = new ArrayList<>();
    for (String name : variants) {
      Percentage weight = all.isEmpty() ? Percentage.FULL : Percentage.ZERO;
      all.add(new Variants.Variant(name, weight));
    }
    Variants named = variants.length == 0 ? Variants.NONE : new Variants(all);
    return Flag.named("f").edit().enabled(true).limits(List.of(limit)).variants(named).done();
  }

  private CallRecorder calls(String variant) {
    return recorders.use("f", 1, Flag.GA, variant).recorder().calls(Reason.STATIC);
  }

  private void succeed(String variant, int count, long nanos) {
    CallRecorder calls = calls(variant);
    for (int i = 0; i < count; i++) {
      calls.succeeded(System.nanoTime() - nanos | 1);
    }
  }

  private void warmUp(Flag flag, String variant) {
    look(flag);
    succeed(variant, 1_200, FAST_NANOS);
    assertThat(look(flag, 22)).isEmpty();
  }

  @Test
  void slowCallsOfANewVariant_areNotJudged_asTheWholesEither() {
    warmUp(flag("a"), "a");
    Flag both = flag("a", "b");
    look(both);
    succeed("b", 30, SLOW_NANOS);
    succeed("a", 1_200, FAST_NANOS);
    assertThat(look(both, 30)).isEmpty();
  }

  @Test
  void variantWhoseFirstCallsEndBeforeTheFirstLook_isCold() {
    warmUp(flag("a"), "a");
    Flag both = flag("a", "b");
    breaker.begin(snapshot(both), now, Instant.EPOCH);
    succeed("b", 30, SLOW_NANOS);
    look(both);
    succeed("b", 30, SLOW_NANOS);
    assertThat(look(both, 19)).isEmpty();
  }

  @Test
  void variantsThatAreSlowTogether_areJudgedAsTheWhole_onceAllAreWarm() {
    Limit limit = new Limit(Limit.Metric.P99, 500, Duration.ofMinutes(1), 500, Duration.ZERO);
    Flag both = flag(limit, "a", "b");
    warmUp(both, "a");
    succeed("b", 100, FAST_NANOS);
    look(both, 22);
    succeed("b", 4, SLOW_NANOS);
    succeed("a", 10, SLOW_NANOS);
    assertThat(look(both)).singleElement().extracting(Trip::variant).isNull();
  }

  @Test
  void slowCallsOfANewVariantThatRun_areNotJudged_asTheWholesEither() {
    warmUp(flag("a"), "a");
    Flag both = flag("a", "b");
    look(both);
    CallRecorder calls = calls("b");
    for (int i = 0; i < 30; i++) {
      calls.later(System.nanoTime() - SLOW_NANOS | 1);
    }
    assertThat(look(both, 20)).isEmpty();
    assertThat(look(both, 2)).isNotEmpty();
  }

  @Test
  void slowCallsOfAWarmVariant_areJudged_whileAnotherIsCold() {
    warmUp(flag("a"), "a");
    Flag both = flag("a", "b");
    look(both);
    succeed("b", 30, FAST_NANOS);
    assertThat(look(both)).isEmpty();
    succeed("a", 100, SLOW_NANOS);
    assertThat(look(both)).hasSize(1);
  }

  @Test
  void slowCallsOfANewVariant_areJudgedOnceItIsWarm() {
    warmUp(flag("a"), "a");
    Flag both = flag("a", "b");
    look(both);
    succeed("b", 30, SLOW_NANOS);
    assertThat(look(both, 22)).isEmpty();
    succeed("b", 30, SLOW_NANOS);
    assertThat(look(both)).hasSize(1);
  }

  @Test
  void failuresOfANewVariant_areJudged_asTheWholesToo() {
    Limit limit = Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3);
    warmUp(flag(limit, "a"), "a");
    Flag both = flag(limit, "a", "b");
    look(both);
    for (String variant : List.of("b", "a", "b", "a")) {
      calls(variant).failed(System.nanoTime() | 1);
    }
    assertThat(look(both)).singleElement().extracting(Trip::variant).isNull();
  }
}
