package dev.turnout.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Time that passes only in pauses; what is queued happens in them, one thing in each. */
final class Pauses implements Stopwatch {
  private final Deque<Runnable> queue = new ArrayDeque<>();
  private final List<Duration> over = new ArrayList<>();
  private Duration total = Duration.ZERO;

  /** Queues what is to happen in the next pause that has nothing in it yet. */
  void add(Runnable next) {
    queue.add(next);
  }

  /** Whether all that was queued has happened. */
  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** The pauses that were made. */
  List<Duration> over() {
    return List.copyOf(over);
  }

  /** How long they were, all together. */
  Duration total() {
    return total;
  }

  @Override
  public long nanos() {
    return total.toNanos();
  }

  @Override
  public void pause(Duration duration) {
    over.add(duration);
    total = total.plus(duration);
    Runnable next = queue.poll();
    if (next != null) {
      next.run();
    }
  }
}
