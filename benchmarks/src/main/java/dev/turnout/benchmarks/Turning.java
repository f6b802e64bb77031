package dev.turnout.benchmarks;

import dev.turnout.Fallback;
import dev.turnout.Flagged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Calls gated methods while their flags change, and prints for every change and method: the number
 * of the change, the nanoseconds of one call before it, and those of the first 100 calls after it.
 *
 * <p>A change is seen by a method that is not timed; the agent swaps all gates within microseconds,
 * so after a pause the first call of each timed method is the first by the new rules. Calls are
 * timed 100 together, for the clock itself takes as long as several.
 */
public final class Turning {
  private static final int CALLS = 100;
  private static final int KEPT = 15;
  private static final int WARM_UPS = 20_000;
  private static final long STEADY_NANOS = 40_000_000;
  private static final long PAUSE_NANOS = 500_000;
  private static final long LONGEST_WAIT_NANOS = 10_000_000_000L;

  private final Path flags;
  private final List<LongUnaryOperator> methods = List.of(this::first, this::second, this::third);
  private long sum;

  private Turning(Path flags) {
    this.flags = flags;
  }

  /**
   * Runs it.
   *
   * @param arguments the flags file that the agent reads, and the number of changes
   */
  public static void main(String[] arguments) throws IOException {
    new Turning(Path.of(arguments[0])).run(Integer.parseInt(arguments[1]));
  }

  private void run(int changes) throws IOException {
    boolean on = true;
    write(on);
    await(on);
    for (int i = 0; i < WARM_UPS; i++) {
      timed();
    }
    for (int change = 0; change < changes; change++) {
      long[][] before = new long[methods.size()][KEPT];
      for (int kept = 0; kept < KEPT; kept++) {
        keepCalling();
        pause();
        long[] took = timed();
        for (int i = 0; i < took.length; i++) {
          before[i][kept] = took[i];
        }
      }
      on = !on;
      write(on);
      await(on);
      pause();
      long[] took = timed();
      for (int i = 0; i < took.length; i++) {
        Arrays.sort(before[i]);
        System.out.println(
            change + " " + (double) before[i][KEPT / 2] / CALLS + " " + (double) took[i] / CALLS);
      }
    }
    System.err.println(sum);
  }

  private void keepCalling() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < STEADY_NANOS) {
      callAll();
    }
  }

  // What the caches have lost during the pause is loaded again by a method without a gate, before a
  // change as after it: it took several times what there is to measure.
  private long[] timed() {
    time(this::ungated);
    long[] took = new long[methods.size()];
    for (int i = 0; i < took.length; i++) {
      took[i] = time(methods.get(i));
    }
    return took;
  }

  private void write(boolean on) throws IOException {
    String share = "{\"percentage\": " + (on ? 100 : 0) + "}";
    Path next = flags.resolveSibling(flags.getFileName() + ".next");
    Files.writeString(
        next,
        "{\"flags\": {\"watch\": %s, \"first\": %s, \"second\": %s, \"third\": %s}}"
            .formatted(share, share, share, share));
    Files.move(next, flags, StandardCopyOption.ATOMIC_MOVE);
  }

  private void await(boolean on) {
    long start = System.nanoTime();
    while (watch() != on) {
      callAll();
      if (System.nanoTime() - start > LONGEST_WAIT_NANOS) {
        throw new IllegalStateException("the agent does not read " + flags);
      }
    }
  }

  private static void pause() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PAUSE_NANOS) {
      Thread.onSpinWait();
    }
  }

  private void callAll() {
    for (LongUnaryOperator method : methods) {
      sum += method.applyAsLong(sum);
    }
  }

  private long time(LongUnaryOperator method) {
    long start = System.nanoTime();
    sum += method.applyAsLong(start);
    return System.nanoTime() - start;
  }

  private long ungated(long seed) {
    long all = 0;
    for (int i = 0; i < CALLS; i++) {
      all += Work.body(seed + i);
    }
    return all;
  }

  // A loop and two methods for each, alike as they are: one loop for all three would be compiled by
  // what it called first, and a fallback that the others had called would not be new to a gate.
  private long first(long seed) {
    long all = 0;
    for (int i = 0; i < CALLS; i++) {
      all += gatedFirst(seed + i);
    }
    return all;
  }

  private long second(long seed) {
    long all = 0;
    for (int i = 0; i < CALLS; i++) {
      all += gatedSecond(seed + i);
    }
    return all;
  }

  private long third(long seed) {
    long all = 0;
    for (int i = 0; i < CALLS; i++) {
      all += gatedThird(seed + i);
    }
    return all;
  }

  @Flagged("watch")
  boolean watch() {
    return true;
  }

  boolean watchFallback() {
    return false;
  }

  @Flagged("first")
  long gatedFirst(long seed) {
    return Work.body(seed);
  }

  @Fallback("first")
  long gatedFirstOld(long seed) {
    return Work.body(seed);
  }

  @Flagged("second")
  long gatedSecond(long seed) {
    return Work.body(seed);
  }

  @Fallback("second")
  long gatedSecondOld(long seed) {
    return Work.body(seed);
  }

  @Flagged("third")
  long gatedThird(long seed) {
    return Work.body(seed);
  }

  @Fallback("third")
  long gatedThirdOld(long seed) {
    return Work.body(seed);
  }
}
