package dev.turnout.agent.measure;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Failures in a row of one path or variant of a flag, over all its rings and revisions: how many up
 * to now, and the longest row since somebody looked, which a success right after it does not hide.
 * A call that was cancelled is neither: callers that give up on a dead path must not hide it.
 */
class FailureRow {
  private static final VarHandle NOW;

  static {
    try {
      NOW = MethodHandles.lookup().findVarHandle(FailureRow.class, "now", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // No object of its own: each call that succeeds reads it.
  private volatile int now;
  private final AtomicInteger longest = new AtomicInteger();

  void failed() {
    if ((int) NOW.getAndAdd(this, 1) + 1 < 0) {
      // A method that only throws gets there in some hours.
      now = Integer.MAX_VALUE;
    }
  }

  void succeeded() {
    // Read first: nearly always there is nothing to write, and threads share this.
    if (now != 0) {
      ended((int) NOW.getAndSet(this, 0));
    }
  }

  private void ended(int row) {
    int most = longest.get();
    while (row > most && !longest.compareAndSet(most, row)) {
      most = longest.get();
    }
  }

  int now() {
    return now;
  }

  int takeLongest() {
    return Math.max(longest.getAndSet(0), now);
  }

  /** The next failure is the first of a row. */
  void forget() {
    now = 0;
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
