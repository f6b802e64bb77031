package dev.turnout.benchmarks;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

/** The methods under test, gated by the packed agent; each of both paths does the same. */
public class Work {
  private static final long LONGEST_WAIT_NANOS = 10_000_000_000L;

  /**
   * Waits until the agent decides by its flags file.
   *
   * @throws IllegalStateException if it does not within ten seconds, or is not there
   */
  static void awaitGates() throws InterruptedException {
    long start = System.nanoTime();
    while (new Work().ready() == 0) {
      if (System.nanoTime() - start > LONGEST_WAIT_NANOS) {
        throw new IllegalStateException("the flags of the benchmark are not in force");
      }
      Thread.sleep(10);
    }
  }

  @Flagged("ready")
  int ready() {
    return 1;
  }

  int readyFallback() {
    return 0;
  }

  /** What the gates cost is told beside this: three rounds of xorshift, about 5 ns. */
  public long plain(long seed) {
    return body(seed);
  }

  @Flagged("zero")
  public long zero(long seed) {
    return body(seed);
  }

  @Fallback("zero")
  long zeroOld(long seed) {
    return body(seed);
  }

  @Flagged("full")
  public long full(long seed) {
    return body(seed);
  }

  @Fallback("full")
  long fullOld(long seed) {
    return body(seed);
  }

  @Flagged("split")
  public long split(@FlagKey String user, long seed) {
    return body(seed);
  }

  @Fallback("split")
  long splitOld(String user, long seed) {
    return body(seed);
  }

  public long plain(String user, long seed) {
    return body(seed) + user.length();
  }

  @Flagged("context")
  public long context(long seed) {
    return body(seed);
  }

  @Fallback("context")
  long contextOld(long seed) {
    return body(seed);
  }

  @Flagged("rings")
  public long rings(@FlagKey String user, long seed) {
    return body(seed);
  }

  @Fallback("rings")
  long ringsOld(String user, long seed) {
    return body(seed);
  }

  @Flagged("failing")
  public long failing(long seed) {
    throw new IllegalStateException("seed " + (seed & 7));
  }

  @Fallback("failing")
  long failingOld(long seed) {
    return body(seed);
  }

  public long plainFailing(long seed) {
    throw new IllegalStateException("seed " + (seed & 7));
  }

  private static long body(long seed) {
    long x = seed;
    x ^= x << 13;
    x ^= x >>> 7;
    x ^= x << 17;
    x ^= x << 13;
    x ^= x >>> 7;
    x ^= x << 17;
    x ^= x << 13;
    x ^= x >>> 7;
    x ^= x << 17;
    return x;
  }
}
