package dev.turnout.server.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * One revision on its way to the streams that are open. Over once each of them has it written, has
 * ended, or was given a later revision instead. Costs a stream two numbers, and the whole nothing
 * that grows. Safe for use by several threads.
 */
final class Delivery {
  // The time of the last byte is not known: none was written.
  private static final long NONE = Long.MIN_VALUE;

  private final long inForce;
  private final LongConsumer onWritten;
  // One more than there are streams until all were told.
  private final AtomicInteger open = new AtomicInteger(1);
  private volatile long lastWritten = NONE;

  /**
   * Begins.
   *
   * @param inForce since when the revision is in force here, by {@link System#nanoTime}
   * @param onWritten told once, at the end, how many nanoseconds it took to the last byte of the
   *     last stream; not told if no stream had it written
   */
  Delivery(long inForce, LongConsumer onWritten) {
    this.inForce = inForce;
    this.onWritten = onWritten;
  }

  /** A stream is given the revision. Before it can be done with it. */
  void expect() {
    open.incrementAndGet();
  }

  /** A stream has the revision, to its last byte. */
  void written() {
    lastWritten = System.nanoTime();
    done();
  }

  /** A stream ended, or was given a later revision, before it had this one. */
  void done() {
    if (open.decrementAndGet() == 0 && lastWritten != NONE) {
      onWritten.accept(lastWritten - inForce);
    }
  }

  /** How many streams have yet to take it. */
  int waiting() {
    return open.get();
  }
}
