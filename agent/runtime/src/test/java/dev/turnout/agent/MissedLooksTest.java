package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MissedLooksTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private volatile boolean missed;
  private final Semaphore looked = new Semaphore(0);
  private final MissedLooks looks = new MissedLooks(() -> missed, looked::release);

  private boolean looksAt(long nanos) throws InterruptedException {
    looks.look(nanos);
    return looked.tryAcquire(1500, TimeUnit.MILLISECONDS);
  }

  @Test
  void nothingMissed_isNotLooked() throws InterruptedException {
    assertThat(looksAt(System.nanoTime() + SECOND)).isFalse();
  }

  @Test
  void missed_isLookedOnceAndMoreRarelyEachTime() throws InterruptedException {
    missed = true;
    long start = System.nanoTime();
    looks.look(start);
    assertThat(looksAt(start)).isTrue();
    // Waits for the look's end.
    Thread.sleep(100);
    assertThat(looksAt(System.nanoTime())).isFalse();
    assertThat(looksAt(System.nanoTime() + 3 * SECOND)).isTrue();
    Thread.sleep(100);
    assertThat(looksAt(System.nanoTime() + 3 * SECOND)).isFalse();
    assertThat(looked.availablePermits()).isZero();
  }
}
