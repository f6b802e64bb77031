package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MissedLooksTest {
  private final Errands errands = new Errands("looks", this::begin);
  private final List<Runnable> begun = new ArrayList<>();
  private boolean missed = true;
  private boolean threads = true;
  private long nanos;
  private int lookedAt;

  private final MissedLooks looks =
      new MissedLooks(() -> missed, () -> lookedAt++, errands, () -> nanos, this::pass);

  private void begin(String name, Runnable work) {
    if (!threads) {
      throw new OutOfMemoryError("no thread");
    }
    begun.add(work);
  }

  private void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private int looksAfter(long millis) {
    pass(millis);
    int before = lookedAt;
    looks.look();
    looks.look();
    begun.forEach(Runnable::run);
    begun.clear();
    return lookedAt - before;
  }

  @Test
  void nothingMissed_isNotLooked() {
    missed = false;
    assertThat(looksAfter(5_000)).isZero();
  }

  @Test
  void missed_isLookedOnceASecondLater() {
    assertThat(looksAfter(0)).isEqualTo(1);
    assertThat(nanos).isEqualTo(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void missedAgainAndAgain_isLookedMoreRarelyEachTimeButForTenMinutes() {
    assertThat(looksAfter(0)).isEqualTo(1);
    for (long gap = 2_000; gap < 600_000; gap *= 2) {
      assertThat(looksAfter(gap - 1)).as("before %,d ms", gap).isZero();
      assertThat(looksAfter(1)).as("after %,d ms", gap).isEqualTo(1);
    }
    assertThat(looksAfter(599_999)).isZero();
    assertThat(looksAfter(1)).isEqualTo(1);
  }

  @Test
  void missedAfterALongTime_isLookedAsAtFirst() {
    looksAfter(0);
    looksAfter(2_000);
    assertThat(looksAfter(700_000)).isEqualTo(1);
    assertThat(looksAfter(999)).isZero();
    assertThat(looksAfter(1)).isEqualTo(1);
  }

  @Test
  void noThreadToBeHad_isLookedOnceThereIs() {
    threads = false;
    assertThat(looksAfter(0)).isZero();
    threads = true;
    assertThat(looksAfter(1_000)).isEqualTo(1);
  }
}
