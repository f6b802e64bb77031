package dev.turnout.flags;

/**
 * The {@code turnout1} algorithm: murmur3 x86 32 of the key in UTF-8, seeded with murmur3 of the
 * flag's name, scaled to {@link Percentage#BUCKETS} by unsigned multiply and shift. A key keeps its
 * bucket for ever, so raising a percentage never moves anyone out; the seed makes flags
 * independent.
 *
 * <p>Which variant of a flag a key gets, is told by a bucket of its own, of the same hash with
 * another seed: murmur3 of the flag's name, seeded with the flag's exposure seed. That is
 *
 * <pre>
 * seed          = murmur3(name, 0)          bucket         = murmur3(key, seed)        · 100000 &gt;&gt;&gt; 32
 * variant seed  = murmur3(name, seed)       variant bucket = murmur3(key, variant seed) · 100000 &gt;&gt;&gt; 32
 * </pre>
 *
 * <p>The two buckets know nothing of each other, so those whom a raised percentage brings in spread
 * over the variants as those did who were there before, and nobody moves between variants.
 */
public final class Bucketing {
  private Bucketing() {}

  /** Returns the seed of a flag, to be computed once per flag. */
  public static int seed(String flagName) {
    return Murmur3.of(flagName, 0);
  }

  /** Returns the seed that spreads a flag's callers over its variants. */
  public static int variantSeed(String flagName) {
    return Murmur3.of(flagName, seed(flagName));
  }

  /** Returns the bucket of {@code key}, 0 to 99,999. Allocates nothing. */
  public static int bucket(String key, int seed) {
    return scale(Murmur3.of(key, seed));
  }

  static int scale(int hash) {
    return (int) (((hash & 0xffffffffL) * Percentage.BUCKETS) >>> 32);
  }
}
