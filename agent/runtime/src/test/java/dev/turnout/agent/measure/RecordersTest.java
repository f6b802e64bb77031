package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordersTest {
  private final Recorders recorders = new Recorders(Measure.SAMPLED);

  private void call(Recorders.Use use) {
    CallRecorder calls = use.recorder().calls(Reason.SPLIT);
    calls.succeeded(calls.begin());
  }

  private void edits(int count) {
    for (int revision = 100; revision < 100 + count; revision++) {
      call(recorders.use("f", revision, Flag.GA, Variants.ON));
      recorders.tune(true);
    }
  }

  @Test
  void callThatOutlivesManyEdits_isCounted() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.ON);
    edits(20);
    call(use);
    assertThat(recorders.total("f", true).calls()).isEqualTo(21);
    assertThat(recorders.total("f", true).latency().count()).isEqualTo(21);
  }

  @Test
  void revisionsThatNobodyUses_areFolded_andStillCounted() {
    edits(50);
    await()
        .untilAsserted(
            () -> {
              System.gc();
              recorders.tune(true);
              assertThat(recorders.counts().size()).isLessThanOrEqualTo(9);
            });
    assertThat(recorders.total("f", true).calls()).isEqualTo(50);
    assertThat(recorders.decisions("f")).isEqualTo(Map.of(Reason.SPLIT, 50L));
  }

  @Test
  void tablesThatNobodyUses_goAtOnce_andWhatTheyCountedStays() {
    PathRecorder recorder = recorders.use("f", 1, Flag.GA, Variants.ON).recorder();
    CallRecorder calls = recorder.calls(Reason.SPLIT);
    calls.succeeded(calls.begin());
    calls.failed(calls.begin());
    await()
        .until(
            () -> {
              System.gc();
              recorders.use("f", 2, Flag.GA, Variants.OFF);
              recorders.tune(false);
              return recorder.calls(Reason.SPLIT) != calls;
            });
    call(recorders.use("f", 1, Flag.GA, Variants.ON));
    assertThat(recorders.total("f", true).calls()).isEqualTo(3);
    assertThat(recorders.total("f", true).errors()).isEqualTo(1);
    assertThat(recorders.total("f", true).latency().count()).isEqualTo(3);
    assertThat(recorders.decisions("f")).containsEntry(Reason.SPLIT, 3L);
  }

  // Else all slow calls of a quiet ring would be set against one in a thousand of a busy one's.
  @Test
  void ringsOfOneVariant_areSampledAlike() {
    CallRecorder busy = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.RING);
    CallRecorder quiet = recorders.use("f", 1, "beta", Variants.ON).recorder().calls(Reason.RING);
    CallRecorder off = recorders.use("f", 1, Flag.GA, Variants.OFF).recorder().calls(Reason.RING);
    for (int i = 0; i < 1_000_000; i++) {
      busy.succeeded(busy.begin());
    }
    recorders.tune(false);
    for (int i = 0; i < 10_000; i++) {
      quiet.succeeded(quiet.begin());
      off.succeeded(off.begin());
    }
    assertThat(quiet.untimed()).isGreaterThan(9_000);
    assertThat(off.untimed()).isZero();
    CallRecorder later = recorders.use("f", 2, "new", Variants.ON).recorder().calls(Reason.RING);
    later.succeeded(later.begin());
    assertThat(recorders.total("f", true).calls()).isEqualTo(1_010_001);
  }

  @Test
  void untimedCallOfAWatchedFlag_isSeenWhileItRuns() throws InterruptedException {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    for (int i = 0; i < 1_000_000; i++) {
      calls.succeeded(calls.begin());
    }
    recorders.watch("f", true);
    recorders.tune(false);
    long start = 0;
    // Of so many not one is timed as a rule, and then two are not in a row.
    while (start == 0 || !Latencies.isMark(start)) {
      calls.succeeded(start);
      start = calls.begin();
    }
    Thread.sleep(500);
    assertThat(recorders.marked("f", true).above(100e6)).isEqualTo(1);
    // A call within that call is counted, and not in its place.
    calls.succeeded(calls.begin());
    assertThat(recorders.marked("f", true).above(100e6)).isEqualTo(1);
    long untimed = calls.untimed();
    calls.succeeded(start);
    assertThat(calls.untimed()).isEqualTo(untimed + 1);
    assertThat(recorders.marked("f", true).count()).isZero();
    assertThat(recorders.inFlight("f", true).count()).isZero();
    recorders.watch("f", false);
    long unwatched = calls.begin();
    assertThat(unwatched == 0 || !Latencies.isMark(unwatched)).isTrue();
  }

  @Test
  void callsThatWereCancelled_areSeenByTheirLatencyAlone() {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    calls.failed(calls.begin());
    calls.cancelled(calls.begin());
    calls.cancelled(calls.later(calls.begin()));
    calls.cancelled(0);
    calls.cancelled(null);
    assertThat(recorders.total("f", true).consecutiveErrors()).isEqualTo(1);
    assertThat(recorders.total("f", true).calls()).isEqualTo(1);
    assertThat(recorders.total("f", true).latency().count()).isEqualTo(3);
    assertThat(recorders.inFlight("f", true).count()).isZero();
    assertThat(recorders.decisions("f")).isEqualTo(Map.of(Reason.SPLIT, 1L));
    assertThat(recorders.takeLongestFailureRow("f")).isEqualTo(1);
  }

  @Test
  void pathOfWhichAllCallsWereCancelled_isReportedWithItsLatency() {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    calls.cancelled(calls.begin());
    assertThat(recorders.counts())
        .singleElement()
        .satisfies(count -> assertThat(count.counts().latency().count()).isEqualTo(1));
  }

  // Of any path, whoever judges it.
  @Test
  void callsThatWereDropped_haveEnded() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.OFF);
    CallRecorder calls = use.recorder().calls(Reason.SPLIT);
    calls.later(calls.begin());
    await()
        .until(
            () -> {
              System.gc();
              recorders.tune(false);
              return calls.calls() == 1;
            });
    assertThat(recorders.inFlight("f", false).count()).isZero();
    assertThat(use.token()).isNotNull();
  }

  @Test
  void callsThatWereDroppedWithAllElse_areCounted() {
    PathRecorder recorder = recorders.use("f", 1, Flag.GA, Variants.ON).recorder();
    CallRecorder calls = recorder.calls(Reason.SPLIT);
    calls.later(calls.begin());
    await()
        .until(
            () -> {
              System.gc();
              recorders.use("f", 2, Flag.GA, Variants.OFF);
              recorder.rest();
              return recorder.calls(Reason.SPLIT) != calls;
            });
    assertThat(recorders.total("f", true).calls()).isEqualTo(1);
  }

  @Test
  void callsOfAWatchedFlagThatRunForLong_makeRoom() {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    recorders.watch("f", true);
    for (int i = 1; i <= 3; i++) {
      long start = calls.begin();
      assertThat(recorders.inFlight("f", true).count()).isEqualTo(i);
      Latencies.readCoarse(start + 2_000_000_000L);
      recorders.tune(false);
    }
  }

  @Test
  void runningCall_isSeenUntilItEnds() {
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    long start = calls.begin();
    assertThat(recorders.inFlight("f", true).count()).isEqualTo(1);
    calls.succeeded(start);
    assertThat(recorders.inFlight("f", true).count()).isZero();
  }

  @Test
  void manyCalls_areSampledBeforeTheWindowEnds() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.ON);
    for (int i = 0; i < 100_000; i++) {
      call(use);
    }
    recorders.tune(false);
    int timed = 0;
    for (int i = 0; i < 8_000; i++) {
      timed += use.recorder().calls(Reason.SPLIT).begin() == 0 ? 0 : 1;
    }
    // One in eight.
    assertThat(timed).isBetween(700, 1_300);
  }

  @Test
  void total_ofTheNewPath_isOfAllVariants() {
    call(recorders.use("f", 1, Flag.GA, "a"));
    call(recorders.use("f", 2, "beta", "a"));
    call(recorders.use("f", 2, Flag.GA, "b"));
    call(recorders.use("f", 1, Flag.GA, Variants.ON));
    call(recorders.use("f", 1, Flag.GA, Variants.OFF));
    assertThat(recorders.total("f", true).calls()).isEqualTo(4);
    assertThat(recorders.total("f", false).calls()).isEqualTo(1);
    assertThat(recorders.total("f", "a").calls()).isEqualTo(2);
    assertThat(recorders.total("f", "nobody").calls()).isZero();
    assertThat(recorders.variants("f")).containsExactly("a", "b", "off", "on");
  }

  @Test
  void counts_leaveOutWhatNeverRan() {
    recorders.use("f", 1, Flag.GA, "a");
    call(recorders.use("f", 1, Flag.GA, "b"));
    assertThat(recorders.counts())
        .singleElement()
        .satisfies(count -> assertThat(count.variant()).isEqualTo("b"));
  }

  @Test
  void foldedRevisions_keepTheirVariants() {
    for (int revision = 1; revision <= 20; revision++) {
      call(recorders.use("f", revision, Flag.GA, revision % 2 == 0 ? "even" : "odd"));
    }
    await()
        .untilAsserted(
            () -> {
              System.gc();
              recorders.tune(true);
              assertThat(recorders.counts().size()).isLessThanOrEqualTo(10);
            });
    assertThat(recorders.total("f", "even").calls()).isEqualTo(10);
    assertThat(recorders.total("f", "odd").calls()).isEqualTo(10);
    assertThat(recorders.counts())
        .filteredOn(count -> count.ring().equals("retired"))
        .extracting(Report.Count::variant)
        .containsExactlyInAnyOrder("even", "odd");
  }

  @Test
  void flagsBeyondAllBounds_shareOne_andThoseInUseStay() {
    List<Recorders.Use> held = new ArrayList<>();
    for (int i = 0; i < Recorders.MOST_FLAGS + 10; i++) {
      held.add(recorders.use("f" + i, 1, Flag.GA, Variants.ON));
    }
    held.forEach(this::call);
    assertThat(recorders.flags()).hasSize(Recorders.MOST_FLAGS + 1).contains(Recorders.OTHERS);
    assertThat(recorders.beyondBounds()).isEqualTo(10);
    assertThat(recorders.total("f0", true).calls()).isEqualTo(1);
    assertThat(recorders.total(Recorders.OTHERS, true).calls()).isEqualTo(10);
  }

  @Test
  void flagsBeyondAllBounds_areCountedOnceEach_howeverOftenTheyChange() {
    List<Recorders.Use> held = new ArrayList<>();
    for (int revision = 1; revision <= 3; revision++) {
      for (int i = 0; i < Recorders.MOST_FLAGS + 10; i++) {
        held.add(recorders.use("f" + i, revision, Flag.GA, "a"));
      }
    }
    held.forEach(this::call);
    assertThat(recorders.beyondBounds()).isEqualTo(10);
    assertThat(recorders.isBeyondBounds("f0")).isFalse();
    assertThat(recorders.isBeyondBounds("f2005")).isTrue();
    assertThat(held.get(held.size() - 1).variant()).isEqualTo("a");
    assertThat(recorders.total("f0", "a").calls()).isEqualTo(3);
    assertThat(recorders.total(Recorders.OTHERS, true).calls()).isEqualTo(30);
  }

  // Else one change of thousands of flags keeps the application's threads waiting for seconds.
  @Test
  void flagsBeyondAllBounds_costNoMoreEach_theMoreTheyAre() {
    List<Recorders.Use> held = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < 10_000; i++) {
      held.add(recorders.use("f" + i, i, Flag.GA, Variants.ON));
      held.add(recorders.use("f" + i, i, "beta", Variants.OFF));
    }
    assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
    assertThat(held).hasSize(20_000);
    assertThat(recorders.beyondBounds()).isEqualTo(8_000);
  }

  @Test
  void flagsWhoseGatesAreGone_makeRoom() {
    for (int i = 0; i < Recorders.MOST_FLAGS; i++) {
      call(recorders.use("f" + i, 1, Flag.GA, Variants.ON));
    }
    Recorders.Use kept = recorders.use("f0", 1, Flag.GA, Variants.ON);
    await()
        .untilAsserted(
            () -> {
              System.gc();
              call(recorders.use("new", 1, Flag.GA, Variants.ON));
              assertThat(recorders.flags()).contains("new").hasSizeLessThan(1000);
            });
    call(kept);
    assertThat(recorders.total("f0", true).calls()).isEqualTo(2);
  }
}
