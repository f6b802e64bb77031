package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StripedCountsTest {
  private static final int THREADS = 8;
  private static final int EACH = 500_000;

  @Test
  void noIncrementIsLostWhileThreadsMeetAndTablesAreAdded() throws InterruptedException {
    StripedCounts counts = new StripedCounts(4);
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
                  counts.increment(1, 3, 5);
                }
                counts.increment(2, 3, 7);
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(counts.get(0)).isZero();
    assertThat(counts.get(1)).isEqualTo((long) THREADS * EACH);
    assertThat(counts.get(2)).isEqualTo(THREADS);
    assertThat(counts.get(3)).isEqualTo(5L * THREADS * EACH + 7 * THREADS);
  }
}
