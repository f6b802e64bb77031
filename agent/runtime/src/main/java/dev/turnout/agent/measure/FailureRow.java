package dev.turnout.agent.measure;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Failures in a row of one path or variant of a flag, over all its rings and revisions: how many up
 * to now, and the longest row since somebody looked, which a success right after it does not hide.
 * A call that was cancelled is neither: callers that give up on a dead path must not hide it.
 */
class FailureRow {
  private final AtomicInteger now = new AtomicInteger();
  private final AtomicInteger longest = new AtomicInteger();

  void failed() {
    if (now.incrementAndGet() < 0) {
      // A method that only throws gets there in some hours.
      now.set(Integer.MAX_VALUE);
    }
  }

  void succeeded() {
    // Read first: nearly always there is nothing to write, and threads share this.
    if (now.get() != 0) {
      ended(now.getAndSet(0));
    }
  }

  private void ended(int row) {
    int most = longest.get();
    while (row > most && !longest.compareAndSet(most, row)) {
      most = longest.get();
    }
  }

  int now() {
    return now.get();
  }

  int takeLongest() {
    return Math.max(longest.getAndSet(0), now.get());
  }

  /** The next failure is the first of a row. */
  void forget() {
    now.set(0);
    longest.set(0);
  }

  /** The row of one variant, whose calls are also calls of the new path as a whole. */
  static final class OfVariant extends FailureRow {
    private final FailureRow whole;

    OfVariant(FailureRow whole) {
      this.whole = whole;
    }

    @Override
    void failed() {
      super.failed();
      whole.failed();
    }

    @Override
    void succeeded() {
      super.succeeded();
      whole.succeeded();
    }
  }
}
