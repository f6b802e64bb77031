package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts one path of one flag revision and ring. Every call is counted; latency is taken from every
 * call while calls are rare and from a random sample while they are many. Threads do not wait for
 * each other; allocates nothing on the call path but its tables.
 */
public final class PathRecorder {
  /** Timed calls per window that make quantiles sound. */
  static final int ENOUGH_TIMED = 10_000;

  private final Measure measure;
  private final FailureRow failureRow;
  private final Map<Reason, Calls> calls = new EnumMap<>(Reason.class);

  // Most paths of a flag never run: the tables are made when one does.
  private volatile @Nullable Latencies latencies;
  private WeakReference<Object> user = new WeakReference<>(null);
  private long callsBeforeWindow;

  // One less than a power of two: a call is timed if its random number has none of these bits.
  private volatile int skipMask;

  /**
   * Creates a recorder.
   *
   * @param failureRow of the flag's path as a whole, shared by the recorders of all its revisions
   *     and rings
   * @param skipMask how few calls are timed at first: 0 for all, else one less than a power of two
   */
  PathRecorder(Measure measure, FailureRow failureRow, int skipMask) {
    this.measure = measure;
    this.failureRow = failureRow;
    this.skipMask = skipMask;
  }

  /** How few calls are timed now. */
  int skipMask() {
    return skipMask;
  }

  /**
   * Returns an object to be held by whoever may still record here. While it is, the recorder is not
   * retired, so no call is lost, however long it takes.
   */
  synchronized Object use() {
    Object current = user.get();
    if (current == null) {
      current = new Object();
      user = new WeakReference<>(current);
    }
    return current;
  }

  synchronized boolean isUsed() {
    return user.get() != null;
  }

  /** Returns the start of a timed call, never 0, or 0 for a call that is not timed. */
  public long begin() {
    if (measure == Measure.COUNTS) {
      return 0;
    }
    int mask = skipMask;
    if (mask != 0 && (ThreadLocalRandom.current().nextInt() & mask) != 0) {
      return 0;
    }
    Latencies timed = latencies();
    long start = System.nanoTime() | 1;
    timed.begin(start);
    return start;
  }

  // Short, for it becomes part of every gated method.
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

  /** Calls that were decided for one reason. */
  public static final class Calls {
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private Calls() {}
  }

  /** Returns what counts the calls that were decided for a reason. */
  public Calls calls(Reason reason) {
    synchronized (calls) {
      return calls.computeIfAbsent(reason, first -> new Calls());
    }
  }

  /** Records a call that returned. */
  public void succeeded(Calls calls, long start) {
    calls.succeeded.increment();
    failureRow.succeeded();
    if (start != 0) {
      latencies().end(start);
    }
  }

  /** Records a call that failed. */
  public void failed(Calls calls, long start) {
    calls.failed.increment();
    failureRow.failed();
    if (start != 0) {
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
    return start == 0 ? null : latencies().later(start);
  }

  /** A call that went on elsewhere is not to be recorded after all. */
  public void forget(Latencies.@Nullable Later later) {
    if (later != null) {
      latencies().forget(later);
    }
  }

  /** Records a call that went on elsewhere and succeeded. */
  public void succeeded(Calls calls, Latencies.@Nullable Later later) {
    calls.succeeded.increment();
    failureRow.succeeded();
    if (later != null) {
      latencies().end(later);
    }
  }

  /** Records a call that went on elsewhere and failed. */
  public void failed(Calls calls, Latencies.@Nullable Later later) {
    calls.failed.increment();
    failureRow.failed();
    if (later != null) {
      latencies().end(later);
    }
  }

  /**
   * Adapts the share of timed calls to the calls of this window: more calls lower it at once, fewer
   * raise it when the window ends. Called by one thread.
   */
  void tune(boolean windowEnds) {
    if (measure != Measure.SAMPLED) {
      return;
    }
    long now = callsOfAllReasons();
    long inWindow = now - callsBeforeWindow;
    int oneIn = (int) Math.min(1 << 16, Math.max(1, inWindow / ENOUGH_TIMED));
    int mask = Integer.highestOneBit(oneIn) - 1;
    if (windowEnds || mask > skipMask) {
      skipMask = mask;
    }
    if (windowEnds) {
      callsBeforeWindow = now;
    }
  }

  /** Reads the counts; a call that ends meanwhile may be in some of them and not in others. */
  public PathCounts counts() {
    long failed = 0;
    long succeeded = 0;
    synchronized (calls) {
      for (Calls ofReason : calls.values()) {
        failed += ofReason.failed.sum();
        succeeded += ofReason.succeeded.sum();
      }
    }
    Latencies timed = latencies;
    return new PathCounts(
        succeeded + failed,
        failed,
        failureRow.now(),
        timed == null ? Histogram.EMPTY : timed.ended());
  }

  /** Reads how long the timed calls that have not ended are running. */
  Histogram inFlight() {
    Latencies timed = latencies;
    return timed == null ? Histogram.EMPTY : timed.running(System.nanoTime());
  }

  /** Reads how many calls were decided for which reason. */
  Map<Reason, Long> decisions() {
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    synchronized (calls) {
      calls.forEach(
          (reason, count) -> counts.put(reason, count.succeeded.sum() + count.failed.sum()));
    }
    return counts;
  }

  private long callsOfAllReasons() {
    long sum = 0;
    for (long count : decisions().values()) {
      sum += count;
    }
    return sum;
  }
}
