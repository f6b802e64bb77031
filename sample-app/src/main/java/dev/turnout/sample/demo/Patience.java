package dev.turnout.sample.demo;

import java.io.IOException;
import java.time.Duration;

/** Waiting for something that a server says, while the live table goes on. */
final class Patience {
  private static final long POLL_MILLIS = 100;

  private final LiveTable table;

  Patience(LiveTable table) {
    this.table = table;
  }

  /** Something that may have come about; a server that cannot be asked has not said so. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits until {@code condition} holds, at most {@code limit}; returns whether it does. */
  boolean until(Duration limit, Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (true) {
        try {
          if (condition.holds()) {
            return true;
          }
        } catch (IOException e) {
          if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("while waiting");
          }
        }
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        Thread.sleep(POLL_MILLIS);
        table.tick();
      }
    } finally {
      table.clear();
    }
  }

  /**
   * Waits for what the story cannot go on without.
   *
   * @throws StepFailed if it does not come about in time
   */
  void require(String what, Duration limit, Condition condition) throws InterruptedException {
    if (!until(limit, condition)) {
      throw new StepFailed(what + " within " + limit.toSeconds() + " s");
    }
  }

  void pause(Duration time) throws InterruptedException {
    until(time, () -> false);
  }
}
