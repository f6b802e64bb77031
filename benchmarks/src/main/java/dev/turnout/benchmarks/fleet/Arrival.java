package dev.turnout.benchmarks.fleet;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits until everyone has a revision, and knows when the last of them got it. */
final class Arrival {
  private final long revision;
  private final CountDownLatch missing;
  private volatile long lastAt;

  Arrival(long revision, int everyone) {
    this.revision = revision;
    missing = new CountDownLatch(everyone);
  }

  long revision() {
    return revision;
  }

  /** Somebody has it; to be called once by each. */
  void arrived() {
    long now = System.nanoTime();
    synchronized (this) {
      lastAt = Math.max(lastAt, now);
    }
    missing.countDown();
  }

  /**
   * Returns when the last got it, by {@link System#nanoTime}.
   *
   * @throws IllegalStateException if somebody still has not after {@code limit}
   */
  long await(Duration limit) throws InterruptedException {
    if (!missing.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(
          "%d agents have not got revision %d within %d s"
              .formatted(missing.getCount(), revision, limit.toSeconds()));
    }
    return lastAt;
  }
}
