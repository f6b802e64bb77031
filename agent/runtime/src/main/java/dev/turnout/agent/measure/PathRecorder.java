package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Counts one path of one flag revision and ring. Every call is counted that was not cancelled;
 * latency is taken from every call while calls are rare and from a random sample while they are
 * many, and of those that were cancelled too. Safe for many threads.
 */
public final class PathRecorder {
  /** Timed calls per window that make quantiles sound. */
  static final int ENOUGH_TIMED = 10_000;

  // At least one call in so many is timed.
  private static final int RAREST = ThreadRows.MOST_RANDOM + 1;

  private final Measure measure;
  private final FailureRow failureRow;
  private final Map<Reason, CallRecorder> calls = new EnumMap<>(Reason.class);

  // Of recorders that nobody has any more.
  private PathCounts past = PathCounts.NONE;
  private long pastCancelled;
  private final Map<Reason, Long> pastDecisions = new EnumMap<>(Reason.class);
  private WeakReference<Object> user = new WeakReference<>(null);
  private long callsBeforeWindow;
  private int skipMask;
  private boolean watched;

  /**
   * Creates a recorder.
   *
   * @param failureRow of the flag's path as a whole, shared by the recorders of all its revisions
   *     and rings
   * @param skipMask how few calls are timed at first: 0 for all, else one less than a power of two
   * @param watched whether calls that are not timed are to be seen while they run
   */
  PathRecorder(Measure measure, FailureRow failureRow, int skipMask, boolean watched) {
    this.measure = measure;
    this.watched = watched;
    this.failureRow = failureRow;
    this.skipMask =
        switch (measure) {
          case COUNTS -> CallRecorder.NONE_TIMED;
          case EVERY -> CallRecorder.ALL_TIMED;
          default -> skipMask;
        };
  }

  /** Whether no call is timed, ever. */
  public boolean timesNone() {
    return measure == Measure.COUNTS;
  }

  /** How few calls are timed now. */
  synchronized int skipMask() {
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

  /**
   * Lets go of the tables if nobody may record here at present: with many flags that change often,
   * those of revisions past would fill the memory. What they counted is kept.
   */
  synchronized void rest() {
    if (isUsed() || calls.isEmpty()) {
      return;
    }
    // Futures that nobody has any more either.
    settle(System.nanoTime());
    PathCounts counts = counts();
    pastDecisions.putAll(decisions());
    past = new PathCounts(counts.calls(), counts.errors(), 0, counts.latency());
    pastCancelled = cancelled();
    calls.clear();
  }

  /** Looks which calls that went on elsewhere are over and have not said so. */
  synchronized void settle(long nowNanos) {
    calls.values().forEach(recorder -> recorder.settle(nowNanos));
  }

  /** Has calls that are running for long make room, where they are to be seen while they run. */
  synchronized void makeRoom() {
    if (watched) {
      calls.values().forEach(CallRecorder::makeRoom);
    }
  }

  /** Returns what records the calls that were decided for a reason. */
  public synchronized CallRecorder calls(Reason reason) {
    return calls.computeIfAbsent(reason, first -> new CallRecorder(failureRow, mask()));
  }

  /** Changes whether calls that are not timed are seen while they run. */
  synchronized void watch(boolean wanted) {
    watched = wanted;
    skip();
  }

  private void skip() {
    calls.values().forEach(recorder -> recorder.skip(mask()));
  }

  private int mask() {
    return watched && skipMask >= 0 ? skipMask | CallRecorder.WATCHED : skipMask;
  }

  /** Reads how many calls ended since the window began, by being cancelled too. */
  synchronized long callsInWindow() {
    long recorded = calls.values().stream().mapToLong(CallRecorder::calls).sum();
    return past.calls() + recorded + cancelled() - callsBeforeWindow;
  }

  /** Reads how many calls were cancelled. */
  synchronized long cancelled() {
    return pastCancelled + calls.values().stream().mapToLong(CallRecorder::cancellations).sum();
  }

  /**
   * Adapts the share of timed calls to the calls of this window: more calls lower it at once, fewer
   * raise it when the window ends. Called by one thread.
   *
   * @param inWindow how many calls ended in it, here and in the recorders that this one's timed
   *     calls are added to
   */
  synchronized void tune(long inWindow, boolean windowEnds) {
    if (measure != Measure.SAMPLED) {
      return;
    }
    int oneIn = (int) Math.min(RAREST, Math.max(1, inWindow / ENOUGH_TIMED));
    int mask = Integer.highestOneBit(oneIn) - 1;
    if (windowEnds || mask > skipMask) {
      skipMask = mask;
      skip();
    }
    if (windowEnds) {
      callsBeforeWindow += callsInWindow();
    }
  }

  /** Reads the counts; a call that ends meanwhile may be in some of them and not in others. */
  public synchronized PathCounts counts() {
    long failed = past.errors();
    long ended = past.calls();
    Histogram latency = past.latency();
    for (CallRecorder ofReason : calls.values()) {
      failed += ofReason.failures();
      Histogram timed = ofReason.timed();
      ended += ofReason.untimed() + timed.count();
      latency = latency.plus(timed).plus(ofReason.cancelled());
    }
    return new PathCounts(ended, failed, failureRow.now(), latency);
  }

  /** Reads how long the timed calls that have not ended are running. */
  synchronized Histogram inFlight() {
    return sum(CallRecorder::inFlight);
  }

  /** Reads how long at least the watched calls that are not timed are running. */
  synchronized Histogram marked() {
    return sum(CallRecorder::marked);
  }

  private Histogram sum(Function<CallRecorder, Histogram> reading) {
    Histogram sum = Histogram.EMPTY;
    for (CallRecorder ofReason : calls.values()) {
      sum = sum.plus(reading.apply(ofReason));
    }
    return sum;
  }

  /** Reads how many calls were decided for which reason. */
  synchronized Map<Reason, Long> decisions() {
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    counts.putAll(pastDecisions);
    calls.forEach((reason, recorder) -> counts.merge(reason, recorder.calls(), Long::sum));
    return counts;
  }
}
