package dev.turnout.agent.measure;

import dev.turnout.flags.Histogram;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long the timed calls of one recorder took, and since when those that have not ended are
 * running: a call that hangs never ends, and must be seen all the same. Threads do not wait for
 * each other, but at the end of calls that took long. It is the histogram of those that ended
 * itself, and has none: each object on the way to it would take longer, and machine code, of which
 * a gate may not have much to become part of its caller.
 *
 * <p>Running calls are kept in a table with a place for each thread, by its id. Where two threads
 * meet, or a thread calls itself again, the later call is not kept. A call that runs for long makes
 * room: it is moved to where up to {@value LongCalls#MOST} are kept, so that however many hang, of
 * those that begin at any time some {@value #PLACES} a second are seen. Calls that go on after
 * their method returned are kept in a set, up to {@value #MOST_LATER}.
 *
 * <p>A call may end while it is moved. Who moves it adds it first to where it is moved to, then
 * takes it from its place, and takes it back if it was there no more. Who ends it clears the place
 * first, and then, if it took half as long as it takes to be moved, removes it there too, whatever
 * was in the place. So it may be gone for a moment, or for good; but it never stays when it has
 * ended, or it would be taken to hang for ever.
 */
public final class Latencies extends StripedHistogram {
  private static final VarHandle START = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PLACES = 64;

  // A place every two cache lines, which processors fetch together, or threads would slow each
  // other down. So it is for the array's length before the first, too.
  private static final int STRIDE = 16;

  private static final int MOST_LATER = 16_384;

  // A future is looked at again when its call is older by one part in so many.
  private static final int LOOKS = 16;

  // Not less than what is read a few times a second can tell apart.
  private static final long MOVED_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONG_NANOS = MOVED_NANOS / 2;

  // For so long after it was read the coarse time is that of calls that begin.
  private static final long COARSE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  // Of all: read for nearly every call, written four times a second. In an array, to be read as its
  // places are and with none beside it.
  private static final long[] COARSE = new long[2 * STRIDE];

  private final LongCalls longCalls = new LongCalls();
  private final Set<Running> later = ConcurrentHashMap.newKeySet();

  // Not among those that ended, for they count as calls by being there. Most paths have none.
  private volatile @Nullable StripedHistogram cancelled;

  private final long[] running = new long[STRIDE + PLACES * STRIDE];

  /**
   * A timed call that goes on after its method returned. To be held by what will end it, and by
   * nothing else: once that is garbage the call has ended.
   */
  public static final class Later {
    private final long start;
    private @Nullable Running running;

    private Later(long start) {
      this.start = start;
    }

    /**
     * The call ends when this does. To be said of those whose end is told late: a future tells the
     * last first, so whoever was returned it has all that follows done before the agent hears.
     */
    public void endsWith(CompletionStage<?> stage) {
      // Of this very class, for others' answers are the application's own code.
      if (running != null
          && stage.getClass() == CompletableFuture.class
          && stage instanceof CompletableFuture<?> future
          && !future.isDone()) {
        running.future = new WeakReference<>(future);
      }
    }

    private long end() {
      long seen = running == null ? 0 : running.end;
      return seen == 0 ? System.nanoTime() : seen;
    }
  }

  private static final class Running extends WeakReference<Later> {
    private final long start;

    // Weakly, for it holds the call: or neither would ever be garbage.
    private volatile @Nullable WeakReference<CompletableFuture<?>> future;

    // When it was first seen to be done; 0 if it was not so far.
    private volatile long end;

    private long nextLook;

    private Running(Later call) {
      super(call);
      start = call.start;
      nextLook = start;
    }

    // The rarer the longer it takes: collectors that mark while the application runs keep what is
    // asked for meanwhile, and a future that was dropped would never be collected.
    private void look(long nowNanos) {
      WeakReference<CompletableFuture<?>> watched = end == 0 ? future : null;
      if (watched == null || nowNanos - nextLook < 0) {
        return;
      }
      nextLook = nowNanos + (nowNanos - start) / LOOKS;
      CompletableFuture<?> awaited = watched.get();
      if (awaited != null && awaited.isDone()) {
        end = nowNanos | 1;
      }
    }
  }

  // To read the clock takes a processor far longer than all else here, and it does little else
  // meanwhile: so what a recording needs is fetched before, while the call itself still runs.

  /**
   * A timed call begins on this thread.
   *
   * @return its start by the monotonic clock, never 0
   */
  long begin() {
    int place = place();
    boolean free = running[place] == 0;
    long start = System.nanoTime() | 1;
    if (free) {
      START.setOpaque(running, place, start);
    }
    return start;
  }

  /** Takes the time for calls that begin from now on and are not timed. */
  static void readCoarse(long nowNanos) {
    START.setOpaque(COARSE, STRIDE, nowNanos & ~1L);
  }

  private static long coarse() {
    return (long) START.getOpaque(COARSE, STRIDE);
  }

  /**
   * A call begins on this thread that is not timed, but is to be seen if it hangs: without a look
   * at the clock.
   *
   * @return about its start, even; 0 if it is not kept
   */
  long mark() {
    int place = place();
    long start = coarse();
    if (running[place] != 0) {
      return 0;
    }
    START.setOpaque(running, place, start);
    return start;
  }

  /** A call that was marked ends, on the thread that it began on. */
  void unmark(long mark) {
    leave(mark);
    forgetIfLong(mark);
  }

  // By the coarse time: one that was moved was too long by what that was a quarter of a second ago.
  private void forgetIfLong(long start) {
    if (coarse() - start >= LONG_NANOS) {
      longCalls.remove(start);
    }
  }

  /** The call that began then ends, on the thread that it began on. */
  void end(long start) {
    long[] table = own();
    long sum = StripedHistogram.sum(table);
    record(table, sum, leaveAfter(start));
  }

  // Starts are odd, and made so by adding: one less is not after the call began.
  private long leaveAfter(long start) {
    leave(start);
    long nanos = System.nanoTime() - (start - 1);
    return Long.compareUnsigned(nanos, LONG_NANOS) < 0 ? nanos : leftLate(start, nanos);
  }

  // Or before it began, by a clock that was set back with all that a machine's image has kept.
  private long leftLate(long start, long nanos) {
    longCalls.remove(start);
    return Math.max(0, nanos);
  }

  /** Whether this is not the start of a timed call. */
  static boolean isMark(long start) {
    return (start & 1) == 0;
  }

  private void leave(long start) {
    int place = place();
    if (running[place] == start) {
      START.setOpaque(running, place, 0L);
    }
  }

  /** The call that began then on this thread goes on elsewhere. */
  Later later(long start) {
    leave(start);
    forgetIfLong(start);
    Later call = new Later(start);
    if (later.size() < MOST_LATER) {
      Running running = new Running(call);
      call.running = running;
      later.add(running);
    }
    return call;
  }

  /** A call that went on elsewhere ends. */
  void end(Later call) {
    long end = call.end();
    if (forget(call)) {
      record(end - call.start);
    }
  }

  /** The call that began then is cancelled, on the thread that it began on. */
  void cancel(long start) {
    recordCancelled(leaveAfter(start));
  }

  /** A call that went on elsewhere is cancelled. */
  void cancel(Later call) {
    long end = call.end();
    if (forget(call)) {
      recordCancelled(end - call.start);
    }
  }

  private void recordCancelled(long nanos) {
    StripedHistogram made = cancelled;
    (made == null ? makeCancelled() : made).record(nanos);
  }

  private synchronized StripedHistogram makeCancelled() {
    StripedHistogram made = cancelled;
    if (made == null) {
      made = new StripedHistogram();
      cancelled = made;
    }
    return made;
  }

  /**
   * A call that went on elsewhere is none.
   *
   * @return whether it was not taken for dropped before, and has ended so
   */
  boolean forget(Later call) {
    Running running = call.running;
    return running == null || later.remove(running);
  }

  /**
   * Looks which calls that went on elsewhere are over and have not said so: those whose future is
   * done, and those that were dropped, which nobody can complete any more. Called several times a
   * second, or both would be taken for calls that hang.
   */
  void settle(long nowNanos) {
    for (Running call : later) {
      call.look(nowNanos);
      if (call.refersTo(null) && later.remove(call)) {
        record((call.end == 0 ? nowNanos : call.end) - call.start);
      }
    }
  }

  /**
   * Has the calls give up their places that are running for long. Goes by the coarse time as it was
   * last read, which is to be some while ago: then all who end a call see that one, or a later.
   */
  void makeRoom() {
    long seen = coarse();
    if (seen == 0) {
      return;
    }
    for (int i = STRIDE; i < running.length; i += STRIDE) {
      long start = (long) START.getOpaque(running, i);
      if (start != 0
          && seen - start >= MOVED_NANOS
          && longCalls.add(start)
          && !START.compareAndSet(running, i, start, 0L)) {
        longCalls.remove(start);
      }
    }
  }

  private static int place() {
    return STRIDE + ((int) Thread.currentThread().getId() & PLACES - 1) * STRIDE;
  }

  /** Reads the latencies of the calls that ended, other than by being cancelled. */
  Histogram ended() {
    return read();
  }

  /** Reads after how long calls were cancelled. */
  Histogram cancelled() {
    StripedHistogram made = cancelled;
    return made == null ? Histogram.EMPTY : made.read();
  }

  /**
   * Reads how long at least the marked calls that have not ended are running; without their sum.
   */
  Histogram marked(long nowNanos) {
    // Each began some time after its mark was read.
    return new Histogram(0, ages(nowNanos - COARSE_NANOS, true));
  }

  private SortedMap<Integer, Long> ages(long nowNanos, boolean marked) {
    SortedMap<Integer, Long> ages = new TreeMap<>();
    for (int i = STRIDE; i < running.length; i += STRIDE) {
      long start = (long) START.getOpaque(running, i);
      if (start != 0 && isMark(start) == marked) {
        ages.merge(Histogram.indexOf(nowNanos - start), 1L, Long::sum);
      }
    }
    longCalls.forEach(
        (start, count) -> {
          if (isMark(start) == marked) {
            ages.merge(Histogram.indexOf(nowNanos - start), (long) count, Long::sum);
          }
        });
    return ages;
  }

  /**
   * Reads how long the timed calls that have not ended are running; without their sum. Those whose
   * future is done have run until then: to leave them out until they say so would have those that
   * were slow come and go.
   */
  Histogram running(long nowNanos) {
    SortedMap<Integer, Long> ages = ages(nowNanos, false);
    for (Running call : later) {
      long until = call.end == 0 ? nowNanos : call.end;
      ages.merge(Histogram.indexOf(until - call.start), 1L, Long::sum);
    }
    return new Histogram(0, ages);
  }
}
