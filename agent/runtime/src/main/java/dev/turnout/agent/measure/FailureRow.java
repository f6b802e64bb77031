package dev.turnout.agent.measure;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Failures in a row of one path of a flag, over all its rings and revisions: how many up to now,
 * and the longest row since somebody looked, which a success right after it does not hide.
 */
final class FailureRow {
  private final AtomicInteger now = new AtomicInteger();
  private final AtomicInteger longest = new AtomicInteger();

  void failed() {
    int row = now.incrementAndGet();
    if (row > longest.get()) {
      longest.accumulateAndGet(row, Math::max);
    }
  }

  void succeeded() {
    // Read first: nearly always there is nothing to write, and threads share this.
    if (now.get() != 0) {
      now.set(0);
    }
  }

  int now() {
    return now.get();
  }

  int takeLongest() {
    return Math.max(longest.getAndSet(0), now.get());
  }
}
