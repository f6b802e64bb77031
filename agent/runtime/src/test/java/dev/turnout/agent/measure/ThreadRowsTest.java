package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadRowsTest {
  // More than there are rows, so that some share one.
  private static final int THREADS = 80;
  private static final int EACH = 50_000;

  @Test
  void noIncrementIsLost_whereThreadsShareRows() throws InterruptedException {
    long[] rows = ThreadRows.create();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                for (int call = 0; call < EACH; call++) {
                  ThreadRows.increment(rows, 1);
                  int unused = ThreadRows.random(rows, 1);
                }
                ThreadRows.increment(rows, ThreadRows.COUNTERS - 1);
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(ThreadRows.sum(rows, 0)).isZero();
    assertThat(ThreadRows.sum(rows, 1)).isEqualTo((long) THREADS * EACH);
    assertThat(ThreadRows.sum(rows, ThreadRows.COUNTERS - 1)).isEqualTo(THREADS);
  }

  @Test
  void dice_fallEvenly() {
    long[] rows = ThreadRows.create();
    int[] fell = new int[8];
    for (int i = 0; i < 80_000; i++) {
      fell[ThreadRows.random(rows, 7)]++;
    }
    for (int side : fell) {
      // Ten standard deviations: never by chance.
      assertThat(side).isBetween(9_060, 10_940);
    }
  }
}
