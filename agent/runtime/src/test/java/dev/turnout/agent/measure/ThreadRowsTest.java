package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThreadRowsTest {
  // More than there are rows, so that some share one.
  private static final int THREADS = 80;
  private static final int EACH = 50_000;

  @Test
  void noIncrementIsLost_whereThreadsShareRows() throws InterruptedException {
    long[] rows = ThreadRows.create();
    Together.run(
        THREADS,
        () -> {
          for (int call = 0; call < EACH; call++) {
            ThreadRows.increment(rows, 0);
            int unused = ThreadRows.random(rows, 1);
          }
          ThreadRows.increment(rows, ThreadRows.COUNTERS - 1);
        });

    assertThat(ThreadRows.sum(rows, 0)).isEqualTo((long) THREADS * EACH);
    assertThat(ThreadRows.sum(rows, ThreadRows.COUNTERS - 1)).isEqualTo(THREADS);
  }

  @Test
  void dice_fallEvenly_andEachAsIfAlone() {
    long[] rows = ThreadRows.create();
    int[][] fell = new int[8][8];
    int before = 0;
    for (int i = 0; i < 640_000; i++) {
      int now = ThreadRows.random(rows, 7);
      fell[before][now]++;
      before = now;
    }
    for (int[] after : fell) {
      for (int times : after) {
        // Ten standard deviations: never by chance.
        assertThat(times).isBetween(9_000, 11_000);
      }
    }
  }

  @Test
  void dice_ofManySides_fallOnEachAsSeldom() {
    long[] rows = ThreadRows.create();
    int zeros = 0;
    for (int i = 0; i < 100 << 16; i++) {
      zeros += ThreadRows.random(rows, (1 << 16) - 1) == 0 ? 1 : 0;
    }
    assertThat(zeros).isBetween(30, 200);
  }
}
