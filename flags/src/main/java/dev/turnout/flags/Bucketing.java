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

  /** Returns the bucket of {@code key}, 0 to 99,999. Allocates nothing. */
  public static int bucket(String key, int seed) {
    return scale(murmur3(key, seed));
  }

  static int scale(int hash) {
    return (int) (((hash & 0xffffffffL) * Percentage.BUCKETS) >>> 32);
  }

  /** Returns murmur3 x86 32 of the text in UTF-8. */
  static int murmur3(String text, int seed) {
    int length = text.length();
    int whole = length & ~3;
    int hash = seed;
    // The first blocks by themselves and not in the loop: most keys have no more, and the loop that
    // the compiler makes of one takes longer to get into.
    if (whole > 0) {
      int block = block(text, 0);
      if (block < 0) {
        return beyondAscii(text, 0, hash);
      }
      hash = mix(hash, block);
    }
    if (whole > 4) {
      int block = block(text, 4);
      if (block < 0) {
        return beyondAscii(text, 4, hash);
      }
      hash = mix(hash, block);
    }
    for (int index = 8; index < whole; index += 4) {
      int block = block(text, index);
      if (block < 0) {
        return beyondAscii(text, index, hash);
      }
      hash = mix(hash, block);
    }
    int tail = 0;
    int seen = 0;
    switch (length - whole) {
      case 3:
        seen = text.charAt(whole + 2);
        tail = seen << 16;
      // fall through
      case 2:
        seen |= text.charAt(whole + 1);
        tail |= text.charAt(whole + 1) << 8;
      // fall through
      case 1:
        seen |= text.charAt(whole);
        tail |= text.charAt(whole);
      // fall through
      default:
        return seen < 0x80 ? finish(hash, tail, length) : beyondAscii(text, whole, hash);
    }
  }

  // Four characters of ASCII, the first lowest; less than 0 if one of them is beyond.
  private static int block(String text, int index) {
    int a = text.charAt(index);
    int b = text.charAt(index + 1);
    int c = text.charAt(index + 2);
    int d = text.charAt(index + 3);
    return (a | b | c | d) < 0x80 ? a | b << 8 | c << 16 | d << 24 : -1;
  }

  // Encodes as it hashes, so that nothing is allocated. What stands before is ASCII, and hashed.
  private static int beyondAscii(String text, int from, int hashed) {
    int length = text.length();
    int hash = hashed;
    int bytes = from;
    // Bytes that do not fill a block yet, the first lowest, and how many bits they are.
    long pending = 0;
    int bits = 0;
    for (int index = from; index < length; index++) {
      char c = text.charAt(index);
      long encoded;
      int size;
      if (c < 0x80) {
        encoded = c;
        size = 1;
      } else if (c < 0x800) {
        encoded = 0x80c0 | c >> 6 | (c & 0x3f) << 8;
        size = 2;
      } else if (!Character.isSurrogate(c)) {
        encoded = 0x8080e0 | c >> 12 | (c >> 6 & 0x3f) << 8 | (c & 0x3f) << 16;
        size = 3;
      } else if (isPair(text, index)) {
        encoded = encodePair(Character.toCodePoint(c, text.charAt(index + 1)));
        size = 4;
        index++;
      } else {
        // Half a pair is no character; Java encodes it as a question mark.
        encoded = '?';
        size = 1;
      }
      pending |= encoded << bits;
      bits += size * 8;
      bytes += size;
      if (bits >= 32) {
        hash = mix(hash, (int) pending);
        pending >>>= 32;
        bits -= 32;
      }
    }
    return finish(hash, (int) pending, bytes);
  }

  private static boolean isPair(String text, int index) {
    return Character.isHighSurrogate(text.charAt(index))
        && index + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(index + 1));
  }

  private static long encodePair(int codePoint) {
    return 0x808080f0L
        | codePoint >> 18
        | (codePoint >> 12 & 0x3f) << 8
        | (codePoint >> 6 & 0x3f) << 16
        | (long) (codePoint & 0x3f) << 24;
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
