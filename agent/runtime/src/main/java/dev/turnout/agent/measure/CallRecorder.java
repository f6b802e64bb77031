package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Records the calls that took one path for one reason: one that is not timed by a counter, one that
 * is by the histogram of latencies alone. Threads do not wait for each other, but for a moment at
 * the end of calls that took long; allocates nothing on the call path but its tables.
 */
public final class CallRecorder {
  /** In place of a mask: no call is timed. */
  static final int NONE_TIMED = -1;

  /** In place of a mask: all calls are timed, for good. */
  static final int ALL_TIMED = -2;

  // The bits that a mask may have; who has others is begun by what those say.

  /** Added to a mask: calls that are not timed are seen all the same while they run. */
  static final int WATCHED = 1 << 30;

  private static final int UNTIMED = 0;
  private static final int FAILED = 1;
  private static final int CANCELLED = 2;

  // So many at once are followed without a look at who is asked to tell.
  private static final int MANY_FOLLOWED = 1 << 16;

  // What one future is asked to tell of at most once there are many.
  private static final int MOST_OF_ONE = 1 << 10;

  private final FailureRow failureRow;

  // Calls that go on and tell when they end: what they tell is kept by what the application keeps.
  private final AtomicInteger followed = new AtomicInteger();

  // The last one that was asked for as much as it may be.
  private volatile WeakReference<Object> filled = new WeakReference<>(null);

  // Most paths of a flag never run: the tables are made when one does.
  private volatile long @Nullable [] counts;
  private volatile @Nullable Latencies latencies;

  // One less than a power of two: a call is timed if its random number has none of these bits.
  private volatile int skipMask;

  CallRecorder(FailureRow failureRow, int skipMask) {
    this.failureRow = failureRow;
    this.skipMask = skipMask;
  }

  /**
   * Records a call of each kind where nobody sees it. So all that recording takes is loaded and
   * linked: where the first call of an application has no room on the stack for that, the JVM would
   * take it for impossible for the rest of its life.
   */
  static void practise() {
    CallRecorder unseen = new CallRecorder(new FailureRow(), 0);
    unseen.succeeded(unseen.begin());
    unseen.failed(unseen.begin());
    unseen.cancelled(unseen.begin());
    unseen.succeeded(unseen.later(unseen.begin()));
    unseen.skip(NONE_TIMED);
    unseen.succeeded(unseen.begin());
    unseen.failed(unseen.begin());
  }

  /** Changes how few calls are timed. */
  void skip(int mask) {
    skipMask = mask;
  }

  /**
   * Returns what to end the call by on this thread; 0 for one that is neither timed nor watched.
   */
  public long begin() {
    int mask = skipMask;
    if ((mask & ~ThreadRows.MOST_RANDOM) != 0) {
      return beginOther(mask);
    }
    return ThreadRows.random(counts(), mask) == 0 ? latencies().begin() : 0;
  }

  private long beginOther(int mask) {
    if (mask < 0
        ? mask == NONE_TIMED
        : ThreadRows.random(counts(), mask & ThreadRows.MOST_RANDOM) != 0) {
      return mask < WATCHED ? 0 : latencies().mark();
    }
    return latencies().begin();
  }

  // Short, for these become part of every gated method.
  private long[] counts() {
    long[] made = counts;
    return made == null ? makeCounts() : made;
  }

  private synchronized long[] makeCounts() {
    long[] made = counts;
    if (made == null) {
      made = ThreadRows.create();
      counts = made;
    }
    return made;
  }

  private Latencies latencies() {
    Latencies made = latencies;
    return made == null ? makeLatencies() : made;
  }

  private synchronized Latencies makeLatencies() {
    Latencies made = latencies;
    if (made == null) {
      made = new Latencies();
      latencies = made;
    }
    return made;
  }

  /** Records a call that returned. */
  public void succeeded(long start) {
    failureRow.succeeded();
    ended(counts(), ThreadRows.own(), start);
  }

  /** Records a call that failed. */
  public void failed(long start) {
    long[] rows = counts();
    int own = ThreadRows.own();
    ended(rows, own, start);
    long unused = (long) ThreadRows.CELL.getAndAdd(rows, own + FAILED, 1L);
    failureRow.failed();
  }

  /**
   * Records a call that was cancelled, of which nothing is known but that it took so long at least:
   * it is neither a success nor a failure, is counted by itself, and its latency is seen.
   */
  public void cancelled(long start) {
    ThreadRows.increment(counts(), CANCELLED);
    if (Latencies.isMark(start)) {
      unmark(start);
    } else {
      latencies().cancel(start);
    }
  }

  private void unmark(long mark) {
    if (mark != 0) {
      latencies().unmark(mark);
    }
  }

  // While calls are few all are timed, and the compiler takes what comes of the others for rare and
  // leaves its calls out of line, for good. So they come first, and what is left is a VarHandle's,
  // which always is part of its caller.
  private void ended(long[] rows, int own, long start) {
    if (Latencies.isMark(start)) {
      unmark(start);
      long unused = (long) ThreadRows.CELL.getAndAdd(rows, own + UNTIMED, 1L);
    } else {
      latencies().end(start);
    }
  }

  /**
   * A call returned and goes on elsewhere.
   *
   * @param start as {@link #begin} returned it on this thread
   * @return what to end it by, on any thread; null for a call that is not timed
   */
  public Latencies.@Nullable Later later(long start) {
    if (Latencies.isMark(start)) {
      unmark(start);
      return null;
    }
    return latencies().later(start);
  }

  /**
   * Whether one more call that goes on elsewhere may be followed to its end. There is a bound: a
   * method may return one and the same future, which never completes, with each call. Where many
   * are followed, and some are never completed but dropped, each future is asked how many wait for
   * it; one that cannot say is not followed then.
   *
   * @param stage what the call returned
   */
  public boolean follows(CompletionStage<?> stage) {
    if (followed.get() >= MANY_FOLLOWED && isFilled(stage)) {
      return false;
    }
    followed.incrementAndGet();
    return true;
  }

  // To count those that wait takes as long as there are many: once of each that is full.
  private boolean isFilled(CompletionStage<?> stage) {
    if (filled.get() == stage) {
      return true;
    }
    boolean full =
        !(stage instanceof CompletableFuture<?> future)
            || future.getNumberOfDependents() >= MOST_OF_ONE;
    if (full) {
      filled = new WeakReference<>(stage);
    }
    return full;
  }

  /** A call that was followed is no longer. */
  public void followed() {
    followed.decrementAndGet();
  }

  /** A call that went on elsewhere is not to be recorded after all. */
  public void forget(Latencies.@Nullable Later later) {
    if (later != null) {
      boolean unused = latencies().forget(later);
    }
  }

  /** Looks which calls that went on elsewhere are over and have not said so. */
  void settle(long nowNanos) {
    Latencies made = latencies;
    if (made != null) {
      made.settle(nowNanos);
    }
  }

  /** Records a call that went on elsewhere and succeeded. */
  public void succeeded(Latencies.@Nullable Later later) {
    failureRow.succeeded();
    ended(later);
  }

  /** Records a call that went on elsewhere and failed. */
  public void failed(Latencies.@Nullable Later later) {
    ended(later);
    ThreadRows.increment(counts(), FAILED);
    failureRow.failed();
  }

  /** As {@link #cancelled(long)}, of a call that went on elsewhere. */
  public void cancelled(Latencies.@Nullable Later later) {
    ThreadRows.increment(counts(), CANCELLED);
    if (later != null) {
      latencies().cancel(later);
    }
  }

  private void ended(Latencies.@Nullable Later later) {
    if (later == null) {
      ThreadRows.increment(counts(), UNTIMED);
    } else {
      latencies().end(later);
    }
  }

  /** Has the calls make room that are running for long, so that others are seen. */
  void makeRoom() {
    Latencies made = latencies;
    if (made != null) {
      made.makeRoom();
    }
  }

  /** Reads how many calls failed. Who asks for all calls too asks for these first. */
  long failures() {
    return count(FAILED);
  }

  /** Reads how many calls that were not timed ended. */
  long untimed() {
    return count(UNTIMED);
  }

  /** Reads how many calls ended, other than by being cancelled. */
  long calls() {
    Latencies timed = latencies;
    return untimed() + (timed == null ? 0 : timed.count());
  }

  /** Reads how many calls were cancelled. */
  long cancellations() {
    return count(CANCELLED);
  }

  private long count(int counter) {
    long[] made = counts;
    return made == null ? 0 : ThreadRows.sum(made, counter);
  }

  /** Reads how long the timed calls took that ended, other than by being cancelled. */
  Histogram timed() {
    Latencies made = latencies;
    return made == null ? Histogram.EMPTY : made.ended();
  }

  /** Reads after how long timed calls were cancelled. */
  Histogram cancelled() {
    Latencies made = latencies;
    return made == null ? Histogram.EMPTY : made.cancelled();
  }

  /** Reads how long at least the watched calls that are not timed are running. */
  Histogram marked() {
    Latencies made = latencies;
    return made == null ? Histogram.EMPTY : made.marked(System.nanoTime());
  }

  /** Reads how long the timed calls that have not ended are running. */
  Histogram inFlight() {
    Latencies made = latencies;
    return made == null ? Histogram.EMPTY : made.running(System.nanoTime());
  }
}
