package dev.turnout.benchmarks;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * How long a piece of work takes that is always the same, right before and right after each
 * iteration; the longer of both. Where others on the same host share the processor's core, all is
 * slower by a third or a half for as long as they do, and no clock within tells.
 */
public final class Calm implements InternalProfiler {
  /** The result's name; its unit is nanoseconds. */
  static final String RESULT = "calm";

  private static final int STEPS = 100_000;
  private static final int TIMES = 5;

  private long seed = 42;
  private double before;

  @Override
  public String getDescription() {
    return "whether the processor is shared with others";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = nanos();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double longer = Math.max(before, nanos());
    return List.of(new ScalarResult(RESULT, longer, "ns", AggregationPolicy.MAX));
  }

  // The best of some: of less than a millisecond each, one may be interrupted.
  private double nanos() {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      long start = System.nanoTime();
      long x = seed;
      for (int step = 0; step < STEPS; step++) {
        x = Work.body(x);
      }
      seed = x;
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }
}
