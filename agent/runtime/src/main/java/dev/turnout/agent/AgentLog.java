package dev.turnout.agent;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the agent says to the person on call: one line each on standard error, which every
 * deployment collects and no logging library of the application owns.
 *
 * <p>Lines are written by a thread of their own, which ends when there is nothing to write: whoever
 * reads standard error may have stopped, and neither a call nor a kill waits for that. Safe for
 * many threads.
 */
public final class AgentLog {
  private static final int CAPACITY = 256;
  private static final long IDLE_MILLIS = 1_000;
  private static final BlockingQueue<String> LINES = new ArrayBlockingQueue<>(CAPACITY);
  private static final AtomicInteger LOST = new AtomicInteger();
  private static @Nullable Thread writer;

  private AgentLog() {}

  /** Says one line, soon. */
  public static void line(String message) {
    if (!LINES.offer(message)) {
      LOST.incrementAndGet();
    }
    synchronized (LINES) {
      if (writer == null) {
        try {
          writer = AgentThread.start("turnout-log", AgentLog::write);
        } catch (Throwable noThreadToBeHad) {
          // The line waits for the next one, which tries again.
          return;
        }
      }
    }
  }

  /** Says one line before this returns: for premain, where no thread may be started. */
  static void now(String message) {
    // Line breaks are made visible, so that nobody can forge a second line.
    System.err.println("[turnout] " + message.replace("\r", "\\r").replace("\n", "\\n"));
  }

  private static void write() {
    boolean[] done = {false};
    AgentThread.repeat("writing a line", () -> !done[0], () -> done[0] = !writeOne());
  }

  private static boolean writeOne() throws InterruptedException {
    String line = LINES.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    if (line == null) {
      return !isDone();
    }
    now(line);
    int lost = LOST.getAndSet(0);
    if (lost > 0) {
      now(lost + " more lines could not be written");
    }
    return true;
  }

  // Under the lock, so that no line is left behind by a thread that just ended.
  private static boolean isDone() {
    synchronized (LINES) {
      if (!LINES.isEmpty()) {
        return false;
      }
      writer = null;
      return true;
    }
  }
}
