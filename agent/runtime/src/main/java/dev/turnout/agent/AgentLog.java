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
    System.err.println("[turnout] " + visible(message));
  }

  // What breaks a line or steers a terminal is shown, so that nobody can forge a second line.
  static String visible(String message) {
    StringBuilder shown = new StringBuilder(message.length());
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        case '\t' -> shown.append(c);
        case '\u2028', '\u2029' -> shown.append(escape(c));
        default -> {
          if (Character.isISOControl(c)) {
            shown.append(escape(c));
          } else {
            shown.append(c);
          }
        }
      }
    }
    return shown.toString();
  }

  private static String escape(char c) {
    String digits = Integer.toHexString(c);
    return "\\u" + "0".repeat(4 - digits.length()) + digits;
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
