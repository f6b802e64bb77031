package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long the timed calls of a path took, and since when those that have not ended are running: a
 * call that hangs never ends, and must be seen all the same. Threads do not wait for each other.
 *
 * <p>Running calls are kept in a table with a place for each thread, by its id. Where two threads
 * meet, or a thread calls itself again, the later call is not kept: of many calls that hang at most
 * {@value #PLACES} are seen, which is enough to judge by. Calls that go on after their method
 * returned are kept in a set, up to {@value #MOST_LATER}.
 */
public final class Latencies {
  private static final int PLACES = 64;
  private static final int SUM = Histogram.SIZE;

  // A place each cache line, or threads would slow each other down.
  private static final int STRIDE = 8;

  private static final int MOST_LATER = 1_024;

  private final Set<Later> later = ConcurrentHashMap.newKeySet();
  // How many were in each bucket of the histogram, and behind those the sum of all.
  private final StripedCounts ended = new StripedCounts(Histogram.SIZE + 1);
  private final AtomicLongArray running = new AtomicLongArray(PLACES * STRIDE);

  /** A timed call that goes on after its method returned. */
  public static final class Later {
    private final long start;

    private Later(long start) {
      this.start = start;
    }
  }

  /**
   * A timed call begins on this thread.
   *
   * @param start its start by the monotonic clock, never 0
   */
  void begin(long start) {
    int place = place();
    if (running.getPlain(place) == 0) {
      running.setOpaque(place, start);
    }
  }

  /** The call that began then ends, on the thread that it began on. */
  void end(long start) {
    leave(start);
    took(System.nanoTime() - start);
  }

  private void leave(long start) {
    int place = place();
    if (running.getPlain(place) == start) {
      running.setOpaque(place, 0);
    }
  }

  private void took(long nanos) {
    ended.increment(Histogram.indexOf(nanos), SUM, nanos);
  }

  /** The call that began then on this thread goes on elsewhere. */
  Later later(long start) {
    leave(start);
    Later call = new Later(start);
    if (later.size() < MOST_LATER) {
      later.add(call);
    }
    return call;
  }

  /** A call that went on elsewhere ends. */
  void end(Later call) {
    later.remove(call);
    took(System.nanoTime() - call.start);
  }

  /** A call that went on elsewhere is none. */
  void forget(Later call) {
    later.remove(call);
  }

  private static int place() {
    return ((int) Thread.currentThread().getId() & PLACES - 1) * STRIDE;
  }

  /** Reads the latencies of the calls that ended. */
  Histogram ended() {
    SortedMap<Integer, Long> filled = new TreeMap<>();
    for (int i = 0; i < Histogram.SIZE; i++) {
      long count = ended.get(i);
      if (count > 0) {
        filled.put(i, count);
      }
    }
    return new Histogram(ended.get(SUM), filled);
  }

  /** Reads how long the calls that have not ended are running; without their sum. */
  Histogram running(long nowNanos) {
    SortedMap<Integer, Long> ages = new TreeMap<>();
    for (int i = 0; i < running.length(); i += STRIDE) {
      long start = running.getOpaque(i);
      if (start != 0) {
        ages.merge(Histogram.indexOf(nowNanos - start), 1L, Long::sum);
      }
    }
    for (Later call : later) {
      ages.merge(Histogram.indexOf(nowNanos - call.start), 1L, Long::sum);
    }
    return new Histogram(0, ages);
  }
}
