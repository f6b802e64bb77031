package dev.turnout.benchmarks;

import dev.turnout.flags.Bucketing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The hash of a targeting key alone, by the key's length and script. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class HashCost {
  /** The key: 8, 11, 22 and 36 ASCII characters, and 8 of another script. */
  @Param({
    "user-177",
    "user-100017",
    "customer-0123456789abc",
    "123e4567-e89b-12d3-a456-426614174000",
    "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8"
  })
  public String key = "";

  private final int seed = Bucketing.seed("flag");

  /** The bucket of the key. */
  @Benchmark
  public int bucket() {
    return Bucketing.bucket(key, seed);
  }
}
