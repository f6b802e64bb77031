package dev.turnout.agent;

import dev.turnout.flags.Snapshot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the flags file on a thread of its own, for a disk that hangs must not keep limits from
 * being looked at, nor one more kill from being told. Safe for many threads.
 */
final class FlagsFollower implements AutoCloseable {
  private static final long MILLIS_BETWEEN = 250;

  private final FlagsFile file;
  private final Consumer<Snapshot> taker;
  private final CountDownLatch read = new CountDownLatch(1);
  private @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * Creates it; nothing is read yet.
   *
   * @param taker puts what the file says in force
   */
  FlagsFollower(FlagsFile file, Consumer<Snapshot> taker) {
    this.file = file;
    this.taker = taker;
  }

  /** Begins, unless it has. To be asked again and again: there may be no thread to be had yet. */
  synchronized void start() {
    if (thread == null && !closed) {
      thread =
          AgentThread.start(
              "turnout-file",
              () -> AgentThread.repeat("reading the flags file", () -> !closed, this::look));
    }
  }

  /** Is done with once the file was looked at for the first time. */
  CountDownLatch read() {
    return read;
  }

  /** What is wrong with the file by now; empty if nothing is. */
  String problem() {
    return file.problem();
  }

  private void look() throws InterruptedException {
    try {
      file.look(this::take);
    } finally {
      read.countDown();
    }
    TimeUnit.MILLISECONDS.sleep(MILLIS_BETWEEN);
  }

  private void take(Snapshot snapshot) {
    if (!closed) {
      taker.accept(snapshot);
    }
  }

  /** Takes nothing more; waits for nobody. */
  @Override
  public synchronized void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
