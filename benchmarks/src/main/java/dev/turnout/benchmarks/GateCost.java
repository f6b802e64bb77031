package dev.turnout.benchmarks;

import dev.turnout.FlagContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One call through a gate beside the same call without one. Needs the agent in the JVM, with the
 * flags of {@link GateCosts}: start it by that.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class GateCost {
  private static final int USERS = 1 << 10;

  // As many as the caches hold, for it is the branches that shall not be predicted.
  private static final int STRANGERS = 1 << 12;

  private final Work work = new Work();
  private final String[] users = new String[USERS];
  private final String[] strangers = new String[STRANGERS];
  private long seed = 88172645463325252L;
  private int turn;

  /** Makes the keys, of 11 characters as in the peers' figures. */
  @Setup
  public void makeUsers() {
    for (int i = 0; i < USERS; i++) {
      users[i] = "user-" + (100_000 + i);
    }
    for (int i = 0; i < STRANGERS; i++) {
      strangers[i] = "user-" + (100_000 + (i * 48_271L) % 900_000);
    }
  }

  /** Waits until the agent has read the flags. */
  @Setup
  public void awaitFlags() throws InterruptedException {
    Work.awaitGates();
  }

  /** Opens a context for the benchmark that reads one. */
  @State(Scope.Thread)
  public static class OpenContext {
    private FlagContext.@Nullable Scope scope;

    /** Opens it. */
    @Setup
    public void open() {
      scope = FlagContext.user("user-100017").open();
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

  /** At 0 %. */
  @Benchmark
  public long zeroPercent() {
    return work.zero(seed++);
  }

  /** At 100 %. */
  @Benchmark
  public long fullPercent() {
    return work.full(seed++);
  }

  /** No gate, with a key from a cycle. */
  @Benchmark
  public long directKeyCycle() {
    return work.plain(users[turn++ & USERS - 1], seed++);
  }

  /** At 50 % by key, the same keys in a cycle. */
  @Benchmark
  public long splitCycle() {
    return work.split(users[turn++ & USERS - 1], seed++);
  }

  /** No gate, with a key drawn at random. */
  @Benchmark
  public long directKeyRandom() {
    return work.plain(strangers[next()], seed++);
  }

  /** At 50 % by key, keys drawn at random. */
  @Benchmark
  public long splitRandom() {
    return work.split(strangers[next()], seed++);
  }

  /** At 50 % with the key of an open context. */
  @Benchmark
  public long splitContext(OpenContext context) {
    return work.context(seed++);
  }

  /** By rings, with an allow-list and ring members of 10,000 users each, at random. */
  @Benchmark
  public long ringsRandom() {
    return work.rings(strangers[next()], seed++);
  }

  /** No gate, and the call throws. */
  @Benchmark
  public String directFailing() {
    try {
      return "" + work.plainFailing(seed++);
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** At 100 %, and the call throws. */
  @Benchmark
  public String fullFailing() {
    try {
      return "" + work.failing(seed++);
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private int next() {
    turn = turn * 1_664_525 + 1_013_904_223;
    return turn >>> 20;
  }
}
