package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
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
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Recorders recorders = new Recorders(Measure.EVERY);
  private final Breaker breaker = new Breaker(recorders);
  private long now;

  private List<Trip> look(Flag flag, boolean paused) {
    return look(flag, paused ? 1_000 : 0);
  }

  private List<Trip> look(Flag flag, long pausedMillis) {
    now += TimeUnit.MILLISECONDS.toNanos(250 + pausedMillis);
    Snapshot snapshot =
        new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of(flag.name(), flag));
    long pausedNanos = TimeUnit.MILLISECONDS.toNanos(pausedMillis);
    Breaker.InForce inForce = new Breaker.InForce(snapshot, Set.of());
    return breaker.look(() -> inForce, pausedNanos, now, Instant.EPOCH);
  }

  private static Flag flag(Limit limit) {
    return Flag.named("f").edit().enabled(true).limits(List.of(limit)).done();
  }

  private static Flag varied(Limit limit, String... names) {
    List<Variants.Variant> all = new ArrayList<>();
    for (String name : names) {
      Percentage weight = all.isEmpty() ? Percentage.FULL : Percentage.ZERO;
      all.add(new Variants.Variant(name, weight));
    }
    return flag(limit).edit().variants(new Variants(all)).done();
  }

  private void calls(int count, boolean failed, long nanos) {
    calls(Variants.ON, count, failed, nanos);
  }

  private CallRecorder calls(String variant) {
    return recorders.use("f", 1, Flag.GA, variant).recorder().calls(Reason.STATIC);
  }

  private void calls(String variant, int count, boolean failed, long nanos) {
    CallRecorder calls = calls(variant);
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime() - nanos | 1;
      if (failed) {
        calls.failed(start);
      } else {
        calls.succeeded(start);
      }
    }
  }

  @Test
  void failuresBeforeTheFirstLook_count_fromTheBeginning() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    calls(100, true, 1_000);
    Snapshot snapshot =
        new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", flag));
    breaker.begin(snapshot, now, Instant.EPOCH);
    assertThat(look(flag, false)).isEmpty();
    Flag reset = flag.edit().resetRevision(2).done();
    breaker.begin(
        new Snapshot("", 1, 2, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", reset)),
        now,
        Instant.EPOCH);
    calls(100, true, 1_000);
    assertThat(look(reset, false)).hasSize(1);
  }

  // Or what begins to be watched in between is forgotten again, with its failures until then.
  @Test
  void whatIsInForce_isAsked_whileNothingElseCanBegin() {
    Supplier<Breaker.InForce> inForce =
        () -> {
          assertThat(Thread.holdsLock(breaker)).isTrue();
          return new Breaker.InForce(Snapshot.EMPTY, Set.of());
        };
    assertThat(breaker.look(inForce, 0, now, Instant.EPOCH)).isEmpty();
  }

  @Test
  void flagWhoseCountersWereGivenUp_isJudgedByItsNewOnes() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    calls(1_000, false, 1_000);
    look(flag, false);
    int[] others = {0};
    await()
        .until(
            () -> {
              System.gc();
              for (int i = 0; i < 2_000; i++) {
                recorders.use("other-" + others[0]++, 1, Flag.GA, Variants.ON);
              }
              return !recorders.has("f");
            });
    await()
        .until(
            () -> {
              System.gc();
              calls(1, true, 1_000);
              return recorders.has("f");
            });
    assertThat(look(flag, false)).isEmpty();
    calls(10, true, 1_000);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void slowCallsAroundAPause_areNotJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    calls(1_000, false, 1_000_000);
    assertThat(warmUp(flag)).isEmpty();
    calls(100, false, 8_000_000_000L);
    assertThat(look(flag, true)).isEmpty();
    assertThat(look(flag, false)).isEmpty();
    calls(100, false, 8_000_000_000L);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void errorsAroundAPause_areJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    look(flag, false);
    calls(100, true, 1);
    assertThat(look(flag, true)).hasSize(1);
  }

  private static Flag reset(Flag flag, long revision) {
    return flag.edit().revision(revision).resetRevision(revision).done();
  }

  private CallRecorder callsOf(long revision) {
    return recorders.use("f", revision, Flag.GA, Variants.ON).recorder().calls(Reason.STATIC);
  }

  private static void fail(CallRecorder calls, int count) {
    for (int i = 0; i < count; i++) {
      calls.failed(calls.begin());
    }
  }

  // As when the line that reset the flag is taken out of the file again.
  @Test
  void flagThatGoesBackBeforeItsReset_isJudgedAllTheSame() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    look(flag.edit().revision(4).resetRevision(4).done(), false);
    fail(callsOf(4), 1);
    Flag older = flag.edit().revision(2).done();
    look(older, false);
    fail(callsOf(2), 20);
    assertThat(look(older, false)).hasSize(1);
  }

  @Test
  void fileThatGoesBackToAnOlderRevision_isJudgedAllTheSame() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5)).edit().resetRevision(4).done();
    look(flag.edit().revision(4).done(), false);
    Flag older = flag.edit().revision(2).done();
    look(older, false);
    fail(callsOf(2), 20);
    assertThat(look(older, false)).hasSize(1);
  }

  @Test
  void failuresInARowBeforeAReset_areNoneAfterIt() {
    Flag flag = flag(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3));
    fail(callsOf(1), 10);
    look(flag, false);
    Flag again = reset(flag, 2);
    look(again, false);
    CallRecorder calls = callsOf(2);
    for (int i = 0; i < 5; i++) {
      fail(calls, 1);
      calls.succeeded(calls.begin());
    }
    assertThat(look(again, false)).isEmpty();
    fail(calls, 4);
    assertThat(look(again, false)).hasSize(1);
  }

  @Test
  void callsDecidedBeforeAReset_areNotJudged_whenTheyFailAfterIt() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5)).edit().revision(1).done();
    CallRecorder before = callsOf(1);
    look(flag, false);
    Flag again = reset(flag, 2);
    look(again, false);
    fail(before, 20);
    assertThat(look(again, false)).isEmpty();
    fail(callsOf(2), 20);
    assertThat(look(again, false))
        .singleElement()
        .satisfies(trip -> assertThat(trip.calls()).isEqualTo(20));
  }

  @Test
  void failuresInARow_areOfAllRingsAndRevisions() {
    Flag flag = flag(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 10));
    look(flag, false);
    calls(8, true, 1);
    CallRecorder beta = recorders.use("f", 2, "beta", Variants.ON).recorder().calls(Reason.STATIC);
    beta.succeeded(0);
    calls(8, true, 1);
    assertThat(look(flag, false)).isEmpty();
    beta.failed(0);
    calls(2, true, 1);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void badVariantOfASmallWeight_tripsTheFlag_andIsNamed() {
    Flag flag = varied(Limit.of(Limit.Metric.ERROR_RATE, 5), "good", "bad");
    look(flag, false);
    calls("good", 100_000, false, 1);
    calls("bad", 10, true, 1);
    assertThat(look(flag, false))
        .singleElement()
        .satisfies(
            trip -> {
              assertThat(trip.variant()).isEqualTo("bad");
              assertThat(trip.limit()).isEqualTo("error_rate > 5 %");
              assertThat(trip.describe())
                  .startsWith("error_rate > 5 % breached by variant bad: 10 of 10 calls were bad");
            });
  }

  @Test
  void sameCallsWithoutVariants_doNotTripIt() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    look(flag, false);
    calls("good", 100_000, false, 1);
    calls("bad", 10, true, 1);
    assertThat(look(flag, false)).isEmpty();
  }

  @Test
  void everyVariantALittleBad_tripsTheFlagAsAWhole() {
    Limit limit = new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofMinutes(1), 100, Duration.ZERO);
    Flag flag = varied(limit, "a", "b");
    look(flag, false);
    // Neither has the minimum of calls for itself.
    calls("a", 50, false, 1);
    calls("a", 4, true, 1);
    calls("b", 50, false, 1);
    calls("b", 4, true, 1);
    assertThat(look(flag, false)).singleElement().extracting(Trip::variant).isNull();
  }

  @Test
  void allVariantsBad_noneIsNamed() {
    Flag flag = varied(Limit.of(Limit.Metric.ERROR_RATE, 5), "a", "b");
    look(flag, false);
    calls("a", 100, true, 1);
    calls("b", 100, true, 1);
    assertThat(look(flag, false)).singleElement().extracting(Trip::variant).isNull();
  }

  @Test
  void fallback_isNotJudged() {
    Flag flag = varied(Limit.of(Limit.Metric.ERROR_RATE, 5), "a", "b");
    look(flag, false);
    calls(Variants.OFF, 100, true, 1);
    assertThat(look(flag, false)).isEmpty();
  }

  @Test
  void failuresInARowOfAVariant_areNotEndedByAnother() {
    Flag flag = varied(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3), "good", "bad");
    look(flag, false);
    for (int i = 0; i < 4; i++) {
      calls("bad", 1, true, 1);
      calls("good", 1, false, 1);
    }
    assertThat(look(flag, false)).singleElement().extracting(Trip::variant).isEqualTo("bad");
  }

  @Test
  void failuresInARowOverSeveralVariants_countForTheWhole() {
    Flag flag = varied(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3), "a", "b");
    look(flag, false);
    calls("a", 2, true, 1);
    calls("b", 2, true, 1);
    assertThat(look(flag, false)).singleElement().extracting(Trip::variant).isNull();
  }

  @Test
  void variantThatComesBack_isJudgedAnew() {
    Limit limit = Limit.of(Limit.Metric.ERROR_RATE, 5);
    calls("bad", 10, true, 1);
    calls("good", 1_000, false, 1);
    assertThat(look(varied(limit, "good"), false)).isEmpty();
    assertThat(look(varied(limit, "good", "bad"), false)).isEmpty();
    assertThat(look(varied(limit, "good", "bad"), false)).isEmpty();
    calls("bad", 10, true, 1);
    assertThat(look(varied(limit, "good", "bad"), false)).hasSize(1);
  }

  @Test
  void slowCallsOfAVariantAroundAPause_areNotJudged() {
    Flag flag = varied(Limit.of(Limit.Metric.P99, 300), "good", "slow");
    look(flag, false);
    calls("good", 10_000, false, 1_000_000);
    calls("slow", 1, false, 1_000_000);
    assertThat(warmUp(flag)).isEmpty();
    calls("slow", 50, false, 8_000_000_000L);
    assertThat(look(flag, true)).isEmpty();
    calls("slow", 50, false, 8_000_000_000L);
    assertThat(look(flag, false)).singleElement().extracting(Trip::variant).isEqualTo("slow");
  }

  private List<Trip> warmUp(Flag flag) {
    List<Trip> trips = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      trips.addAll(look(flag, false));
    }
    return trips;
  }

  @Test
  void slowCallsOfAColdPath_areNotJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    look(flag, false);
    calls(20, false, 2_000_000_000L);
    assertThat(warmUp(flag)).isEmpty();
    calls(5, false, 2_000_000_000L);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void failuresOfAColdPath_areJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    look(flag, false);
    calls(20, true, 1);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void pathThatHangsFromItsFirstCall_trips_asSoonAsItCouldBeWarm() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    look(flag, false);
    CallRecorder calls = calls(Variants.ON);
    for (int i = 0; i < 5; i++) {
      calls.later(System.nanoTime() - 1_000_000_000L | 1);
    }
    assertThat(look(flag, false)).isEmpty();
    assertThat(warmUp(flag)).isNotEmpty();
  }

  // Of what is slow now and then, what runs when the path is warm is mostly that.
  @Test
  void pathThatKeepsToItsLimit_isNotTripped_whenItIsWarm() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    look(flag, false);
    CallRecorder calls = calls(Variants.ON);
    calls(5_000, false, 1_000_000);
    for (int i = 0; i < 20; i++) {
      calls.later(System.nanoTime() - 2_000_000_000L | 1);
    }
    assertThat(look(flag, false)).isEmpty();
    assertThat(warmUp(flag)).isEmpty();
  }

  // What callers give up on never ends by itself: only its latency shows it.
  @Test
  void pathThatCallersGiveUpOn_tripsByItsLatency_andByNoErrors() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    Flag byErrors = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    calls(1_000, false, 1_000_000);
    assertThat(warmUp(byErrors)).isEmpty();
    giveUp(50);
    assertThat(look(byErrors, false)).isEmpty();
    assertThat(look(flag, false)).isEmpty();
    giveUp(50);
    assertThat(look(flag, false)).hasSize(1);
  }

  private void giveUp(int count) {
    CallRecorder calls = calls(Variants.ON);
    for (int i = 0; i < count; i++) {
      calls.cancelled(System.nanoTime() - 1_000_000_000L | 1);
    }
  }

  @Test
  void pathWhoseLimitsAreChanged_isNoWarmerThanBefore() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    look(flag, false);
    calls(20, false, 2_000_000_000L);
    look(flag, false);
    Flag other = flag(Limit.of(Limit.Metric.P99, 200));
    look(other, false);
    calls(20, false, 2_000_000_000L);
    assertThat(look(other, false)).isEmpty();
    warmUp(other);
    calls(20, false, 2_000_000_000L);
    assertThat(look(other, false)).hasSize(1);
  }

  // As of a machine that was suspended.
  @Test
  void callsInFlightOverAPauseLongerThanTheWindow_doNotHang() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    calls(1_000, false, 1_000_000);
    look(flag, false);
    now += Duration.ofMinutes(5).toNanos();
    CallRecorder calls = calls(Variants.ON);
    for (int i = 0; i < 20; i++) {
      calls.later(System.nanoTime() - Duration.ofMinutes(10).toNanos() | 1);
    }
    assertThat(look(flag, Duration.ofMinutes(10).toMillis())).isEmpty();
    assertThat(look(flag, false)).isEmpty();
  }

  @Test
  void pathThatIsReset_isNoColderThanBefore() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300)).edit().revision(1).done();
    look(flag, false);
    calls(20, false, 1_000_000);
    warmUp(flag);
    Flag again = reset(flag, 2);
    look(again, false);
    CallRecorder calls = callsOf(2);
    for (int i = 0; i < 5; i++) {
      calls.succeeded(System.nanoTime() - 2_000_000_000L | 1);
    }
    assertThat(look(again, false)).hasSize(1);
  }

  // A fleet's flags are many, and most of them some other service's.
  @Test
  void flagsWithoutGates_takeNoReadings() {
    Map<String, Flag> flags = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      String name = "f" + i;
      List<Limit> limits =
          List.of(Limit.of(Limit.Metric.ERROR_RATE, 5), Limit.of(Limit.Metric.P99, 300));
      flags.put(name, Flag.named(name).edit().enabled(true).limits(limits).done());
    }
    Snapshot many =
        new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.copyOf(flags));
    Breaker.InForce inForce = new Breaker.InForce(many, Set.of());
    breaker.begin(many, now, Instant.EPOCH);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertThat(breaker.look(() -> inForce, 0, ++now, Instant.EPOCH)).isEmpty();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(breaker.look(() -> inForce, 0, ++now, Instant.EPOCH)).isEmpty();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200 * 200);
  }

  @Test
  void timeInWhichTheJvmStoodStill_isNoneInWhichErrorsWereTooMany() {
    Duration hold = Duration.ofMinutes(5);
    Flag flag = flag(new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofMinutes(10), 100, hold));
    look(flag, false);
    calls(100, true, 1);
    for (int i = 0; i < 8; i++) {
      assertThat(look(flag, false)).isEmpty();
    }
    assertThat(look(flag, Duration.ofMinutes(7).toMillis())).isEmpty();
    // Nor where it is the second of a minute, which nothing is put down to.
    now += Duration.ofMinutes(7).toNanos();
    calls(100, true, 1);
    assertThat(look(flag, false)).isEmpty();
    calls(100, true, 1);
    int looks = 0;
    while (look(flag, false).isEmpty()) {
      looks++;
    }
    assertThat(looks / 4).isBetween(290, 300);
  }
}
