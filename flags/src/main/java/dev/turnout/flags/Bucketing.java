package dev.turnout.flags;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 *
 * <p>Source of the hash: Austin Appleby, MurmurHash3_x86_32, public domain.
 */
public final class Bucketing {
  private static final int C1 = 0xcc9e2d51;
  private static final int C2 = 0x1b873593;

  private Bucketing() {}

  /** Returns the seed of a flag, to be computed once per flag. */
  public static int seed(String flagName) {
    return murmur3(flagName, 0);
  }

  /** Returns the seed that spreads a flag's callers over its variants. */
  public static int variantSeed(String flagName) {
    return murmur3(flagName, seed(flagName));
  }

  /** Returns the bucket of {@code key}, 0 to 99,999. Allocates nothing for ASCII keys. */
  public static int bucket(String key, int seed) {
    return scale(murmur3(key, seed));
  }

  static int scale(int hash) {
    return (int) (((hash & 0xffffffffL) * Percentage.BUCKETS) >>> 32);
  }

  /** Returns murmur3 x86 32 of the text in UTF-8. */
  static int murmur3(String text, int seed) {
    int length = text.length();
    int hash = seed;
    int index = 0;
    for (; index + 4 <= length; index += 4) {
      char a = text.charAt(index);
      char b = text.charAt(index + 1);
      char c = text.charAt(index + 2);
      char d = text.charAt(index + 3);
      if ((a | b | c | d) >= 0x80) {
        return murmur3(text.getBytes(UTF_8), seed);
      }
      hash = mix(hash, a | b << 8 | c << 16 | d << 24);
    }
    int tail = 0;
    for (int shift = 0; index < length; index++, shift += 8) {
      char c = text.charAt(index);
      if (c >= 0x80) {
        return murmur3(text.getBytes(UTF_8), seed);
      }
      tail |= c << shift;
    }
    return finish(hash, tail, length);
  }

  private static int murmur3(byte[] bytes, int seed) {
    int hash = seed;
    int index = 0;
    for (; index + 4 <= bytes.length; index += 4) {
      hash =
          mix(
              hash,
              (bytes[index] & 0xff)
                  | (bytes[index + 1] & 0xff) << 8
                  | (bytes[index + 2] & 0xff) << 16
                  | bytes[index + 3] << 24);
    }
    int tail = 0;
    for (int shift = 0; index < bytes.length; index++, shift += 8) {
      tail |= (bytes[index] & 0xff) << shift;
    }
    return finish(hash, tail, bytes.length);
  }

  private static int mix(int hash, int block) {
    int mixed = hash ^ Integer.rotateLeft(block * C1, 15) * C2;
    return Integer.rotateLeft(mixed, 13) * 5 + 0xe6546b64;
  }

  private static int finish(int hash, int tail, int length) {
    int h = hash ^ Integer.rotateLeft(tail * C1, 15) * C2;
    h ^= length;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ h >>> 16;
  }
}
