package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts one path of one flag revision and ring. Every call is counted; latency is taken from every
 * call while calls are rare and from a random sample while they are many. Wait-free, allocates
 * nothing on the call path.
 */
public final class PathRecorder {
  /** Timed calls per window that make quantiles sound. */
  static final int ENOUGH_TIMED = 10_000;

  private final Map<Reason, LongAdder> calls = new EnumMap<>(Reason.class);
  private final LongAdder errors = new LongAdder();
  private final LongAdder sumNanos = new LongAdder();
  private final AtomicLongArray buckets = new AtomicLongArray(Histogram.SIZE);
  private final AtomicInteger consecutiveErrors = new AtomicInteger();
  private long callsBeforeWindow;

  // One less than a power of two: a call is timed if its random number has none of these bits.
  private volatile int skipMask;

  private final Measure measure;

  PathRecorder(Measure measure) {
    this.measure = measure;
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
    return System.nanoTime() | 1;
  }

  /** Returns what counts the calls that were decided for a reason; the caller increments it. */
  public LongAdder calls(Reason reason) {
    synchronized (calls) {
      return calls.computeIfAbsent(reason, first -> new LongAdder());
    }
  }

  /** Records a call that returned, beside its count. */
  public void succeeded(long start) {
    if (consecutiveErrors.get() != 0) {
      consecutiveErrors.set(0);
    }
    time(start);
  }

  /** Records a call that failed, beside its count. */
  public void failed(long start) {
    errors.increment();
    consecutiveErrors.incrementAndGet();
    time(start);
  }

  private void time(long start) {
    if (start != 0) {
      long nanos = System.nanoTime() - start;
      sumNanos.add(nanos);
      buckets.getAndIncrement(Histogram.indexOf(nanos));
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
    SortedMap<Integer, Long> filled = new TreeMap<>();
    for (int i = 0; i < Histogram.SIZE; i++) {
      long count = buckets.get(i);
      if (count > 0) {
        filled.put(i, count);
      }
    }
    // Errors first: read after calls they could exceed them.
    long failed = errors.sum();
    return new PathCounts(
        callsOfAllReasons(),
        failed,
        consecutiveErrors.get(),
        new Histogram(sumNanos.sum(), filled));
  }

  /** Reads how many calls were decided for which reason. */
  Map<Reason, Long> decisions() {
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    synchronized (calls) {
      calls.forEach((reason, count) -> counts.put(reason, count.sum()));
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
