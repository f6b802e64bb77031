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
  private int place;

  /** Waits until the agent has read the flags. */
  @Setup
  public void awaitFlags() throws InterruptedException {
    Work.awaitGates();
  }

  /** Nothing chooses, nothing measures. */
  @Benchmark
  public long direct() {
    return work.plain(user(), seed++);
  }

  /** Our gate, routing only. */
  @Benchmark
  public long turnout() {
    return work.split(user(), seed++);
  }

  /** Our gate, with exact counts and sampled latency. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public long turnoutSampled() {
    return work.split(user(), seed++);
  }

  /** LaunchDarkly. */
  @Benchmark
  public long launchDarkly(LaunchDarkly peer) {
    return call(peer.isOn(place));
  }

  /** Unleash. */
  @Benchmark
  public long unleash(Unleash peer) {
    return call(peer.isOn(place));
  }

  /** OpenFeature, in-memory provider. */
  @Benchmark
  public long openFeatureInMemory(InMemory peer) {
    return call(peer.isOn(place));
  }

  /** OpenFeature, flagd in process. */
  @Benchmark
  public long openFeatureFlagd(Flagd peer) {
    return call(peer.isOn(place));
  }

  /** Togglz. */
  @Benchmark
  public long togglz(Togglz peer) {
    return call(peer.isOn(place));
  }

  /** FF4J. */
  @Benchmark
  public long ff4j(Ff4j peer) {
    return call(peer.isOn());
  }

  /** Our gate on a flag that is on for everybody: what is left is the measuring. */
  @Benchmark
  @Fork(jvmArgsAppend = Measured.SAMPLED)
  public long measuredByTurnout() {
    return work.full(user(), seed++);
  }

  /** Micrometer's timer. */
  @Benchmark
  public long measuredByMicrometer(Measuring.MicrometerTimer peer) {
    long start = System.nanoTime();
    try {
      return work.plain(user(), seed++);
    } finally {
      peer.record(start);
    }
  }

  /** Resilience4j's circuit breaker within Micrometer's timer. */
  @Benchmark
  public long measuredByResilience4j(Measuring.MicrometerTimer timer, Measuring.Breaker peer) {
    long start = System.nanoTime();
    try {
      return peer.breaker.executeSupplier(() -> work.plain(user(), seed++));
    } finally {
      timer.record(start);
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
      return work.plain(user(), seed++);
    } finally {
      entry.exit();
    }
  }

  private long call(boolean on) {
    return on ? work.plain(user(), seed++) : work.plainOld(user(), seed++);
  }

  private String user() {
    String user = users[place];
    place = place + 1 & Users.MANY - 1;
    return user;
  }
}
