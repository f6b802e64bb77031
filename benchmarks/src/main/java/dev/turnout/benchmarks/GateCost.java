package dev.turnout.benchmarks;

import dev.turnout.FlagContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One call through a gate beside the same call without one. Needs the agent in the JVM, with the
 * flags of {@link Jvms}: start it by {@code benchmarks/gate}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class GateCost {
  // As many as the caches hold, for it is the branches that shall not be predicted.
  private static final int STRANGERS = 1 << 12;

  private final Work work = new Work();
  private final String[] users = Users.cycle();
  private final String[] strangers = Users.strangers(STRANGERS);
  private String user = Users.user(17);
  private long seed = 88172645463325252L;
  private int turn;
  long took;

  /** Waits until the agent has read the flags, where there is one. */
  @Setup
  public void awaitFlags() throws InterruptedException {
    if (!Boolean.getBoolean(Jvms.NO_AGENT)) {
      Work.awaitGates();
    }
  }

  /** Opens a context for the benchmark that reads one. */
  @State(Scope.Thread)
  public static class OpenContext {
    private FlagContext.@Nullable Scope scope;

    /** Opens it. */
    @Setup
    public void open() {
      scope = FlagContext.user(Users.user(17)).open();
    }

    /** Closes it. */
    @TearDown
    public void close() {
      if (scope != null) {
        scope.close();
      }
    }
  }

  /** No gate. */
  @Benchmark
  public long direct() {
    return work.plain(seed++);
  }

  /** The clock read twice: what timing a call cannot cost less than. */
  @Benchmark
  public long clockTwice() {
    long start = System.nanoTime();
    return System.nanoTime() - start;
  }

  /** No gate, the clock read before and after: what timing this call cannot cost less than. */
  @Benchmark
  public long directTimed() {
    long start = System.nanoTime();
    long result = work.plain(seed++);
    took = System.nanoTime() - start;
    return result;
  }

  /** At 0 %. */
  @Benchmark
  public long zero() {
    return work.zero(seed++);
  }

  /** At 100 %. */
  @Benchmark
  public long full() {
    return work.full(seed++);
  }

  /** At 100 %, counted. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.COUNTS)
  public long fullCounted() {
    return work.full(seed++);
  }

  /** At 100 %, counted, a sample timed. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public long fullSampled() {
    return work.full(seed++);
  }

  /** At 100 %, counted, every call timed. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.EVERY)
  public long fullTimed() {
    return work.full(seed++);
  }

  /** No gate, with a key from a cycle. */
  @Benchmark
  public long directCycle() {
    return work.plain(users[turn++ & Users.MANY - 1], seed++);
  }

  /** At 50 % by key, the same keys in a cycle. */
  @Benchmark
  public long splitCycle() {
    return work.split(users[turn++ & Users.MANY - 1], seed++);
  }

  /** By rings, with an allow-list and ring members of 10,000 users each, the keys in a cycle. */
  @Benchmark
  public long ringsCycle() {
    return work.rings(users[turn++ & Users.MANY - 1], seed++);
  }

  /** No gate, with a key drawn at random. */
  @Benchmark
  public long directRandom() {
    return work.plain(strangers[next()], seed++);
  }

  /** At 50 % by key, keys drawn at random. */
  @Benchmark
  public long splitRandom() {
    return work.split(strangers[next()], seed++);
  }

  /** By rings, with an allow-list and ring members of 10,000 users each, at random. */
  @Benchmark
  public long ringsRandom() {
    return work.rings(strangers[next()], seed++);
  }

  /** At 50 % by key, always the same one, given as a parameter. */
  @Benchmark
  public long splitSame() {
    return work.split(user, seed++);
  }

  /** At 50 % by the same key, from an open context. */
  @Benchmark
  public long splitContext(OpenContext context) {
    return work.context(user, seed++);
  }

  /** No gate, and the call throws. */
  @Benchmark
  public Object directFailing() {
    try {
      return work.plainFailing(seed++);
    } catch (IllegalStateException e) {
      return e;
    }
  }

  /** At 100 %, and the call throws. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public Object failing() {
    try {
      return work.failing(seed++);
    } catch (IllegalStateException e) {
      return e;
    }
  }

  private int next() {
    turn = turn * 1_664_525 + 1_013_904_223;
    return turn >>> 20;
  }
}
