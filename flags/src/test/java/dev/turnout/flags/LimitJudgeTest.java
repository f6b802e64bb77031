package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitJudgeTest {
  private static final Flag FLAG = Flag.named("f");
  private static final long SECOND = 1_000_000_000L;

  private static PathCounts counts(long calls, long errors, long row) {
    return new PathCounts(calls, errors, row, Histogram.EMPTY);
  }

  private static LimitJudge judge(Limit limit) {
    return new LimitJudge(limit, PathCounts.NONE, Histogram.EMPTY, Histogram.EMPTY, 0);
  }

  private static @Nullable Trip look(LimitJudge judge, PathCounts counts, long seconds) {
    return judge.look(
        FLAG, counts, Histogram.EMPTY, Histogram.EMPTY, seconds * SECOND, Instant.EPOCH);
  }

  @Test
  void look_everyCallFails_tripsWithinTenCalls() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.ERROR_RATE, 5));
    int calls = 1;
    while (look(judge, counts(calls, calls, calls), 1) == null) {
      calls++;
    }
    assertThat(calls).isBetween(5, 10);
  }

  @Test
  void look_healthy_neverTrips() {
    Random random = new Random(7);
    LimitJudge judge = judge(Limit.of(Limit.Metric.ERROR_RATE, 5));
    long errors = 0;
    for (int calls = 1; calls <= 50_000; calls++) {
      errors += random.nextInt(100) < 2 ? 1 : 0;
      assertThat(look(judge, counts(calls, errors, 0), calls / 100)).isNull();
    }
  }

  // A week of windows at the very limit, and the threshold out of reach: not one false alarm.
  @Test
  void look_atTheLimit_theSequentialRuleHoldsItsPeace() {
    Random random = new Random(11);
    SequentialTest test = new SequentialTest(0.05);
    for (int window = 0; window < 10_080; window++) {
      for (int call = 0; call < 50; call++) {
        test.add(random.nextInt(100) < 5 ? 1 : 0, 1);
        assertThat(test.refutes(LimitJudge.ALPHA) || test.refutesOfLate(LimitJudge.ALPHA))
            .isFalse();
      }
      test.endWindow();
    }
  }

  @Test
  void look_overThreshold_tripsOnceSampleSuffices() {
    Limit limit = new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, Duration.ZERO);
    LimitJudge judge = judge(limit);
    assertThat(look(judge, counts(99, 9, 0), 1)).isNull();
    Trip trip = look(judge, counts(100, 9, 0), 2);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("threshold");
    assertThat(trip.describe())
        .isEqualTo("error_rate > 5 % breached: 9 of 100 calls were bad, 9 % (threshold rule)");
  }

  // The counters are read one after the other, while calls end.
  @Test
  void look_atAWindowThatBeganAmongFailures_countsNoMoreOfThemThanCalls() {
    Limit limit =
        new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, Duration.ofSeconds(1));
    LimitJudge judge = judge(limit);
    assertThat(look(judge, counts(10, 4, 0), 1)).isNull();
    assertThat(look(judge, counts(10, 4, 0), 62)).isNull();
    assertThat(look(judge, counts(310, 307, 0), 63)).isNull();
    Trip trip = look(judge, counts(310, 307, 0), 64);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("threshold");
    assertThat(trip.bad()).isEqualTo(trip.calls()).isEqualTo(300);
    assertThat(trip.observed()).isEqualTo(100);
  }

  private static Histogram latencies(long fast, long slow) {
    TreeMap<Integer, Long> buckets = new TreeMap<>();
    buckets.put(Histogram.indexOf(1_000_000), fast);
    buckets.put(Histogram.indexOf(20 * SECOND), slow);
    return new Histogram(0, buckets);
  }

  private static PathCounts timed(long calls, long fast, long slow) {
    return new PathCounts(calls, 0, 0, latencies(fast, slow));
  }

  // All threads hang: no window will ever have the minimum of calls, and before it all was well.
  @Test
  void look_pathHangs_tripsAfterAWindowInWhichNothingEnded() {
    Limit limit = new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 500, Duration.ZERO);
    LimitJudge judge = judge(limit);
    PathCounts well = timed(5_000_000, 100_000, 0);
    assertThat(look(judge, well, 5)).isNull();
    Histogram hanging = latencies(0, 40);
    for (int second = 6; second <= 14; second++) {
      assertThat(judge.look(FLAG, well, Histogram.EMPTY, hanging, second * SECOND, Instant.EPOCH))
          .isNull();
    }
    Trip trip = judge.look(FLAG, well, Histogram.EMPTY, hanging, 16 * SECOND, Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("stall");
    assertThat(trip.bad()).isEqualTo(40);
  }

  // Of all callers one fares well, such as what looks after the application's health.
  @Test
  void look_mostHang_tripsThoughOneGoesOn() {
    Limit limit = new Limit(Limit.Metric.P95, 200, Duration.ofSeconds(5), 100, Duration.ZERO);
    LimitJudge judge = judge(limit);
    Histogram hanging = latencies(0, 8);
    Trip trip = null;
    int second = 0;
    while (trip == null && second++ < 20) {
      PathCounts oneASecond = timed(70_000_000 + second, 10_000 + second, 0);
      trip = judge.look(FLAG, oneASecond, Histogram.EMPTY, hanging, second * SECOND, Instant.EPOCH);
    }
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("stall");
    assertThat(second).isBetween(5, 7);
  }

  // A few calls of many last long, as those that wait for news do: they add up, window by window.
  @Test
  void look_longCallsThatAddUp_areNoStallWhileMoreEnd() {
    Limit limit = new Limit(Limit.Metric.P95, 200, Duration.ofSeconds(5), 1_000, Duration.ZERO);
    LimitJudge judge = judge(limit);
    Histogram lasting = latencies(0, 40);
    for (int second = 1; second <= 60; second++) {
      PathCounts tenASecond = timed(second * 10L, second, 0);
      assertThat(
              judge.look(
                  FLAG, tenASecond, Histogram.EMPTY, lasting, second * SECOND, Instant.EPOCH))
          .isNull();
    }
  }

  @Test
  void look_callsThatAreSlowButShorterThanAWindow_areNoStall() {
    Limit limit = new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 500, Duration.ZERO);
    LimitJudge judge = judge(limit);
    Histogram slow = new Histogram(0, new TreeMap<>(Map.of(Histogram.indexOf(SECOND), 40L)));
    assertThat(judge.look(FLAG, timed(9, 9, 0), Histogram.EMPTY, slow, 30 * SECOND, Instant.EPOCH))
        .isNull();
  }

  // Too few for the threshold rule, and a day of good calls before.
  @Test
  void look_rareCallsThatAllFail_tripWhateverWasBefore() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.ERROR_RATE, 5));
    int minute = 0;
    for (; minute < 1_440; minute++) {
      assertThat(look(judge, counts(minute * 50L, 0, 0), minute * 60L)).isNull();
    }
    long good = (minute - 1) * 50L;
    int failed = 0;
    Trip trip = null;
    while (trip == null && failed < 100) {
      failed++;
      trip = look(judge, counts(good + failed, failed, failed), (minute + failed) * 60L);
    }
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("sequential");
    assertThat(trip.bad()).isEqualTo(failed);
    assertThat(trip.calls()).isEqualTo(failed);
    assertThat(failed).isBetween(5, 12);
  }

  // Ten calls a second, of which twenty in a row fail just as a window begins: 3 % of it.
  @Test
  void look_aMomentInWhichAllFail_isNoBreachOfAWindowWithEnoughCalls() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.ERROR_RATE, 5));
    long failed = 0;
    for (int second = 1; second <= 600; second++) {
      failed += second > 420 && second <= 422 ? 10 : 0;
      assertThat(look(judge, counts(second * 10L, failed, 0), second)).isNull();
    }
  }

  @Test
  void look_holdOrLargerMinimum_areKeptTo() {
    Limit held =
        new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, Duration.ofMinutes(5));
    Limit late =
        new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 1_000, Duration.ZERO);
    for (Limit limit : List.of(held, late)) {
      LimitJudge judge = judge(limit);
      assertThat(look(judge, counts(99, 99, 99), 1)).isNull();
    }
  }

  @Test
  void look_fewCallsHangAmongMany_isNoStall() {
    Limit limit = new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 500, Duration.ZERO);
    LimitJudge judge = judge(limit);
    Histogram hanging = latencies(0, 8);
    for (int second = 1; second <= 60; second++) {
      PathCounts counts = timed(second * 10_000L, second * 2_000L, 0);
      assertThat(judge.look(FLAG, counts, Histogram.EMPTY, hanging, second * SECOND, Instant.EPOCH))
          .isNull();
    }
  }

  // After a reset: those that hung before it are no failure of what was mended.
  @Test
  void look_callsThatWereLateBefore_areNotJudgedWhenTheyEnd() {
    Limit limit = new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 500, Duration.ZERO);
    LimitJudge judge =
        new LimitJudge(limit, timed(1_000, 1_000, 0), latencies(0, 30), Histogram.EMPTY, 0);
    assertThat(
            judge.look(
                FLAG,
                timed(1_100, 1_100, 0),
                latencies(0, 30),
                Histogram.EMPTY,
                SECOND,
                Instant.EPOCH))
        .isNull();
    assertThat(look(judge, timed(1_630, 1_600, 30), 2)).isNull();
    assertThat(look(judge, timed(1_650, 1_600, 50), 3)).isNotNull();
  }

  @Test
  void look_hold_waits() {
    Limit limit =
        new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, Duration.ofSeconds(10));
    LimitJudge judge = judge(limit);
    assertThat(look(judge, counts(100, 9, 0), 1)).isNull();
    assertThat(look(judge, counts(110, 10, 0), 10)).isNull();
    assertThat(look(judge, counts(120, 11, 0), 11)).isNotNull();
  }

  @Test
  void look_oldErrors_leaveTheWindow() {
    Limit limit = new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(10), 100, Duration.ZERO);
    LimitJudge judge = judge(limit);
    assertThat(look(judge, counts(90, 8, 0), 1)).isNull();
    assertThat(look(judge, counts(1_000, 8, 0), 15)).isNull();
    assertThat(look(judge, counts(1_090, 12, 0), 20)).isNull();
  }

  @Test
  void look_baseline_isNotJudged() {
    LimitJudge judge =
        new LimitJudge(
            Limit.of(Limit.Metric.ERROR_RATE, 5),
            counts(1000, 1000, 0),
            Histogram.EMPTY,
            Histogram.EMPTY,
            0);
    assertThat(look(judge, counts(1004, 1004, 0), 1)).isNull();
  }

  @Test
  void look_consecutiveFailures_moreThanTolerated() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3));
    assertThat(look(judge, counts(10, 3, 3), 1)).isNull();
    Trip trip = look(judge, counts(11, 4, 4), 1);
    assertThat(trip).isNotNull();
    assertThat(trip.describe()).isEqualTo("consecutive_failures > 3 breached: 4 failures in a row");
  }

  @Test
  void look_failuresInARowBeforeTheBaseline_areNotJudged() {
    LimitJudge judge =
        new LimitJudge(
            Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 3),
            counts(50, 18, 18),
            Histogram.EMPTY,
            Histogram.EMPTY,
            0);
    assertThat(look(judge, counts(50, 18, 18), 1)).isNull();
    assertThat(look(judge, counts(53, 21, 21), 2)).isNull();
    assertThat(look(judge, counts(54, 22, 22), 3)).isNotNull();
  }

  @Test
  void look_callsThatHang_tripBeforeTheyEnd() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 300));
    assertThat(
            judge.look(
                FLAG, PathCounts.NONE, running(20, 200), Histogram.EMPTY, SECOND, Instant.EPOCH))
        .isNull();
    Trip trip =
        judge.look(
            FLAG, PathCounts.NONE, running(20, 900), Histogram.EMPTY, 2 * SECOND, Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.bad()).isEqualTo(20);
  }

  @Test
  void look_callsThatHungBefore_areNotJudged() {
    LimitJudge judge =
        new LimitJudge(
            Limit.of(Limit.Metric.P99, 300), PathCounts.NONE, running(20, 900), Histogram.EMPTY, 0);
    assertThat(
            judge.look(
                FLAG, PathCounts.NONE, running(20, 1900), Histogram.EMPTY, SECOND, Instant.EPOCH))
        .isNull();
  }

  @Test
  void look_afterAnExcuse_judgesWhatHappensThen() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 100));
    judge.excuse(slow(200), Histogram.EMPTY, SECOND, 2 * SECOND);
    assertThat(look(judge, slow(204), 3)).isNull();
    assertThat(look(judge, slow(205), 4)).isNotNull();
  }

  @Test
  void look_afterForgiving_countsWhatWasGood_andWhatStillRuns() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 100));
    judge.forgive(slow(200).latency());
    assertThat(judge.look(FLAG, slow(200), running(4, 900), Histogram.EMPTY, SECOND, Instant.EPOCH))
        .isNull();
    Trip trip =
        judge.look(FLAG, slow(200), running(5, 900), Histogram.EMPTY, 2 * SECOND, Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.calls()).isEqualTo(5);
  }

  @Test
  void look_callsThatStoodStillWithAllElse_doNotHang_butThoseThatGoOnDo() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 300));
    assertThat(look(judge, PathCounts.NONE, 60)).isNull();
    long pause = 100;
    Histogram running = running(8, 101_000);
    judge.excuse(PathCounts.NONE, running, pause * SECOND, 161 * SECOND);
    assertThat(
            judge.look(
                FLAG, PathCounts.NONE, running, Histogram.EMPTY, 161 * SECOND, Instant.EPOCH))
        .isNull();
    Trip trip =
        judge.look(
            FLAG,
            PathCounts.NONE,
            running(8, 180_000),
            Histogram.EMPTY,
            240 * SECOND,
            Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("stall");
  }

  // Three calls a second of which one in 25 is slow are evidence enough only after minutes.
  @Test
  void look_slowCallsBetweenPauses_tripAllTheSame() {
    Limit limit = Limit.of(Limit.Metric.P99, 500);
    assertThat(secondsToTrip(limit, 3, 25, 90)).isBetween(91, 1_800);
  }

  @Test
  void look_hold_goesOnAfterAPause() {
    Limit limit =
        new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(60), 100, Duration.ofSeconds(120));
    assertThat(secondsToTrip(limit, 10, 10, 70)).isBetween(130, 140);
  }

  // So many calls a second, one in so many slow, and a pause after so many seconds each time.
  private static int secondsToTrip(Limit limit, long calls, long oneIn, int pause) {
    LimitJudge judge = judge(limit);
    for (int second = 1; second <= 3_600; second++) {
      long all = calls * second;
      PathCounts counts = timed(all, all - all / oneIn, all / oneIn);
      if (second % pause == 0) {
        judge.excuse(counts, Histogram.EMPTY, SECOND, second * SECOND);
      }
      if (look(judge, counts, second) != null) {
        return second;
      }
    }
    return Integer.MAX_VALUE;
  }

  // Of 20,000 calls a second a tenth is timed: the minimum is one of calls.
  @Test
  void look_minimumOfCalls_isOfAllThatEnded_andNotOfThoseTimed() {
    Limit limit =
        new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 100_000, Duration.ofSeconds(2));
    LimitJudge judge = judge(limit);
    Trip trip = null;
    int second = 0;
    while (trip == null && second++ < 60) {
      trip = look(judge, timed(second * 20_000L, second * 1_900L, second * 100L), second);
    }
    assertThat(trip).isNotNull();
    assertThat(second).isEqualTo(7);
  }

  @Test
  void look_callsThatHungAtTheStart_areNoExcuseForOthersOnceTheyEnded() {
    Limit limit =
        new Limit(Limit.Metric.P99, 500, Duration.ofSeconds(10), 500, Duration.ofSeconds(1));
    LimitJudge judge =
        new LimitJudge(
            limit, timed(1_000_000, 100_000, 0), running(40, 20_000), Histogram.EMPTY, 0);
    PathCounts ended = timed(1_000_040, 100_000, 40);
    assertThat(look(judge, ended, 1)).isNull();
    PathCounts well = timed(9_000_040, 900_000, 40);
    assertThat(look(judge, well, 100)).isNull();
    Trip trip =
        judge.look(FLAG, well, running(20, 30_000), Histogram.EMPTY, 130 * SECOND, Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("stall");
  }

  private static PathCounts slow(long calls) {
    return new PathCounts(calls, 0, 0, running(calls, 900));
  }

  // Or a pause now and then would keep it unseen for ever.
  @Test
  void look_pathThatHangs_isSeenInItsTime_whateverIsExcused() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 300));
    for (int second = 1; second < 60; second++) {
      Histogram hanging = running(8, second * 1_000L);
      if (second > 1) {
        judge.excuse(PathCounts.NONE, hanging, SECOND, second * SECOND);
      }
      assertThat(
              judge.look(
                  FLAG,
                  PathCounts.NONE,
                  second > 1 ? hanging : Histogram.EMPTY,
                  Histogram.EMPTY,
                  second * SECOND,
                  Instant.EPOCH))
          .isNull();
    }
    Trip trip =
        judge.look(
            FLAG, PathCounts.NONE, running(8, 70_000), Histogram.EMPTY, 70 * SECOND, Instant.EPOCH);
    assertThat(trip).isNotNull();
    assertThat(trip.rule()).isEqualTo("stall");
  }

  private static Histogram running(long calls, long millis) {
    TreeMap<Integer, Long> ages = new TreeMap<>();
    ages.put(Histogram.indexOf(millis * 1_000_000), calls);
    return new Histogram(0, ages);
  }

  @Test
  void look_slowCalls_tripOnP99() {
    LimitJudge judge = judge(Limit.of(Limit.Metric.P99, 100));
    TreeMap<Integer, Long> buckets = new TreeMap<>();
    buckets.put(Histogram.indexOf(5_000_000), 90L);
    buckets.put(Histogram.indexOf(200_000_000), 20L);
    PathCounts slow = new PathCounts(110, 0, 0, new Histogram(0, buckets));
    assertThat(look(judge, slow, 1)).isNotNull();
  }

  @Test
  void limit_outOfRange_namesTheField() {
    assertThatThrownBy(() -> Limit.of(Limit.Metric.ERROR_RATE, 101))
        .hasMessage("limits.above: must be a percentage above 0 and under 100, not 101");
    assertThatThrownBy(() -> Limit.of(Limit.Metric.P99, Double.NaN))
        .hasMessageStartingWith("limits.above: ");
    assertThatThrownBy(() -> Percentage.of(101))
        .hasMessage("percentage: must be a number from 0 to 100, not 101");
    assertThatThrownBy(() -> Percentage.of(Double.NaN))
        .hasMessage("percentage: must be a number from 0 to 100, not NaN");
  }

  // As the judge that keeps each of its readings: only what differs is evidence of anything.
  @Test
  void look_afterALongQuiet_seesTheWindowAsItIs() {
    Limit limit = new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, Duration.ZERO);
    LimitJudge judge = judge(limit);
    assertThat(look(judge, counts(1_000, 45, 0), 1)).isNull();
    for (int second = 2; second <= 30; second++) {
      assertThat(look(judge, counts(1_000, 45, 0), second)).isNull();
    }
    // Within the window of the first ones, and beyond it.
    assertThat(look(judge, counts(1_000, 54, 0), 31)).isNotNull();
    LimitJudge again = judge(limit);
    assertThat(look(again, counts(1_000, 45, 0), 1)).isNull();
    for (int second = 2; second <= 300; second++) {
      assertThat(look(again, counts(1_000, 45, 0), second)).isNull();
    }
    assertThat(look(again, counts(1_200, 54, 0), 301)).isNull();
    assertThat(look(again, counts(1_200, 56, 0), 302)).isNotNull();
  }

  @Test
  void look_hold_goesOnWhileNothingIsCalled() {
    Duration hold = Duration.ofSeconds(20);
    LimitJudge judge =
        judge(new Limit(Limit.Metric.ERROR_RATE, 5, Duration.ofSeconds(60), 100, hold));
    assertThat(look(judge, counts(100, 20, 0), 1)).isNull();
    for (int second = 2; second <= 20; second++) {
      assertThat(look(judge, counts(100, 20, 0), second)).isNull();
    }
    assertThat(look(judge, counts(100, 20, 0), 21)).isNotNull();
  }

  private static LimitJudge ofRows(long minCalls, Duration hold) {
    return judge(
        new Limit(Limit.Metric.CONSECUTIVE_FAILURES, 3, Duration.ofSeconds(60), minCalls, hold));
  }

  @Test
  void look_failuresInARow_waitForTheMinimumOfCalls() {
    LimitJudge judge = ofRows(1_000, Duration.ZERO);
    assertThat(look(judge, counts(4, 4, 4), 1)).isNull();
    assertThat(look(judge, counts(999, 500, 4), 2)).isNull();
    assertThat(look(judge, counts(1_000, 500, 4), 3)).isNotNull();
    // Those of the window.
    LimitJudge late = ofRows(1_000, Duration.ZERO);
    assertThat(look(late, counts(900, 0, 0), 1)).isNull();
    assertThat(look(late, counts(1_100, 4, 4), 62)).isNull();
  }

  @Test
  void look_failuresInARow_lastAsLongAsTheHoldSays() {
    LimitJudge judge = ofRows(1, Duration.ofSeconds(10));
    assertThat(look(judge, counts(4, 4, 4), 1)).isNull();
    assertThat(look(judge, counts(8, 8, 8), 10)).isNull();
    assertThat(look(judge, counts(9, 8, 0), 11)).isNull();
    assertThat(look(judge, counts(13, 12, 4), 12)).isNull();
    assertThat(look(judge, counts(14, 13, 5), 21)).isNull();
    assertThat(look(judge, counts(15, 14, 6), 22)).isNotNull();
  }
}
