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
  public static void awaitGates() throws InterruptedException {
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

  /** What the gates cost is told beside this: eight rounds of xorshift, about 5 ns. */
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

  /** What gates with a key are told beside. */
  public long plain(String user, long seed) {
    return body(seed) + user.length();
  }

  /** The same again: a peer's other path. */
  public long plainOld(String user, long seed) {
    return body(seed) + user.length();
  }

  @Flagged("fullKey")
  public long full(String user, long seed) {
    return body(seed) + user.length();
  }

  @Fallback("fullKey")
  long fullOld(String user, long seed) {
    return body(seed) + user.length();
  }

  @Flagged("split")
  public long split(@FlagKey String user, long seed) {
    return body(seed) + user.length();
  }

  @Fallback("split")
  long splitOld(String user, long seed) {
    return body(seed) + user.length();
  }

  /** The key comes from the context, not from the parameter. */
  @Flagged("context")
  public long context(String user, long seed) {
    return body(seed) + user.length();
  }

  @Fallback("context")
  long contextOld(String user, long seed) {
    return body(seed) + user.length();
  }

  @Flagged("rings")
  public long rings(@FlagKey String user, long seed) {
    return body(seed) + user.length();
  }

  @Fallback("rings")
  long ringsOld(String user, long seed) {
    return body(seed) + user.length();
  }

  @Flagged("failing")
  public long failing(long seed) {
    throw new IllegalStateException("refused");
  }

  @Fallback("failing")
  long failingOld(long seed) {
    return body(seed);
  }

  public long plainFailing(long seed) {
    throw new IllegalStateException("refused");
  }

  static long body(long seed) {
    return fourRounds(fourRounds(seed));
  }

  private static long fourRounds(long seed) {
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
    x ^= x << 13;
    x ^= x >>> 7;
    x ^= x << 17;
    return x;
  }
}
