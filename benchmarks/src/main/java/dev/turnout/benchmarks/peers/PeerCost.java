package dev.turnout.benchmarks.peers;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import dev.turnout.benchmarks.Measured;
import dev.turnout.benchmarks.Users;
import dev.turnout.benchmarks.Work;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The same call, its path chosen by each peer for one user of a cycle at 50 %; and the same call,
 * measured by each. The contexts that peers evaluate are made beforehand, in their favour. Needs
 * what {@code GateCost} needs: start it by {@code benchmarks/peers}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class PeerCost {
  private final Work work = new Work();
  private final String[] users = Users.cycle();
  private long seed = 88172645463325252L;
  private int turn;

  /** Waits until the agent has read the flags. */
  @Setup
  public void awaitFlags() throws InterruptedException {
    Work.awaitGates();
  }

  /** Nothing chooses, nothing measures. */
  @Benchmark
  public long direct() {
    return work.plain(users[next()], seed++);
  }

  /** Our gate, routing only. */
  @Benchmark
  public long turnout() {
    return work.split(users[next()], seed++);
  }

  /** Our gate, with exact counts and sampled latency. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public long turnoutSampled() {
    return work.split(users[next()], seed++);
  }

  /** LaunchDarkly. */
  @Benchmark
  public long launchDarkly(LaunchDarkly peer) {
    int place = next();
    return call(peer.isOn(place), place);
  }

  /** Unleash. */
  @Benchmark
  public long unleash(Unleash peer) {
    int place = next();
    return call(peer.isOn(place), place);
  }

  /** OpenFeature, in-memory provider. */
  @Benchmark
  public long openFeatureInMemory(InMemory peer) {
    int place = next();
    return call(peer.isOn(place), place);
  }

  /** OpenFeature, flagd in process. */
  @Benchmark
  public long openFeatureFlagd(Flagd peer) {
    int place = next();
    return call(peer.isOn(place), place);
  }

  /** Togglz. */
  @Benchmark
  public long togglz(Togglz peer) {
    int place = next();
    return call(peer.isOn(place), place);
  }

  /** FF4J. */
  @Benchmark
  public long ff4j(Ff4j peer) {
    return call(peer.isOn(), next());
  }

  /** Our gate on a flag that is on for everybody: what is left is the measuring. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public long measuredByTurnout() {
    return work.full(users[next()], seed++);
  }

  /** Micrometer's timer. */
  @Benchmark
  public long measuredByMicrometer(Measuring.MicrometerTimer peer) {
    long start = System.nanoTime();
    try {
      return work.plain(users[next()], seed++);
    } finally {
      peer.timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  /** Resilience4j's circuit breaker within Micrometer's timer. */
  @Benchmark
  public long measuredByResilience4j(Measuring.MicrometerTimer timer, Measuring.Breaker peer) {
    long start = System.nanoTime();
    try {
      return peer.breaker.executeSupplier(() -> work.plain(users[next()], seed++));
    } finally {
      timer.timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  /** Sentinel. */
  @Benchmark
  public long measuredBySentinel(Measuring.Sentinel peer) {
    Entry entry;
    try {
      entry = SphU.entry(Measuring.Sentinel.RESOURCE);
    } catch (BlockException e) {
      return 0;
    }
    try {
      return work.plain(users[next()], seed++);
    } finally {
      entry.exit();
    }
  }

  private long call(boolean on, int place) {
    return on ? work.plain(users[place], seed++) : work.plainOld(users[place], seed++);
  }

  private int next() {
    return turn++ & Users.MANY - 1;
  }
}
