package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Reason;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordersTest {
  private final Recorders recorders = new Recorders(Measure.SAMPLED);

  private void call(Recorders.Use use) {
    long start = use.recorder().begin();
    use.recorder().calls(Reason.SPLIT).increment();
    use.recorder().succeeded(start);
  }

  private void edits(int count) {
    for (int revision = 100; revision < 100 + count; revision++) {
      call(recorders.use("f", revision, Flag.GA, true));
      recorders.tune(true);
    }
  }

  @Test
  void callThatOutlivesManyEdits_isCounted() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, true);
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
  void runningCall_isSeenUntilItEnds() {
    PathRecorder recorder = recorders.use("f", 1, Flag.GA, true).recorder();
    long start = recorder.begin();
    assertThat(recorders.inFlight("f", true).count()).isEqualTo(1);
    recorder.succeeded(start);
    assertThat(recorders.inFlight("f", true).count()).isZero();
  }

  @Test
  void manyCalls_areSampledBeforeTheWindowEnds() {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, true);
    for (int i = 0; i < 100_000; i++) {
      call(use);
    }
    recorders.tune(false);
    int timed = 0;
    for (int i = 0; i < 8_000; i++) {
      timed += use.recorder().begin() == 0 ? 0 : 1;
    }
    // One in eight.
    assertThat(timed).isBetween(700, 1_300);
  }
}
