package dev.turnout.flags;

/**
 * All that is left to decide of a call with a key where nothing but the flag's percentage counts:
 * the way of most flags on their way up. Immutable; wait-free; allocates nothing.
 */
public final class KeySplit {
  private static final long UNSIGNED = 0xffffffffL;

  private final int seed;
  private final long firstOff;
  private final int on;
  private final int off;

  /**
   * Creates a split.
   *
   * @param threshold the bucket from which on keys are off
   * @param on the decision for a key that is on, by its index
   * @param off the one for a key that is off
   */
  KeySplit(int seed, int threshold, int on, int off) {
    this.seed = seed;
    firstOff = firstHashOf(threshold);
    this.on = on;
    this.off = off;
  }

  /** Returns the least hash, unsigned, whose bucket is this one or above: a bucket need not be. */
  static long firstHashOf(int bucket) {
    return (((long) bucket << 32) + Percentage.BUCKETS - 1) / Percentage.BUCKETS;
  }

  /** Whether the key is on. */
  public boolean isOn(String key) {
    return (Murmur3.of(key, seed) & UNSIGNED) < firstOff;
  }

  /** The index of the decision for a key that is on. */
  public int on() {
    return on;
  }

  /** The index of the decision for a key that is off. */
  public int off() {
    return off;
  }
}
