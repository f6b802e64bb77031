package dev.turnout.flags;

/**
 * MurmurHash3_x86_32 of a text in UTF-8, without encoding it first. Allocates nothing.
 *
 * <p>Source: Austin Appleby, MurmurHash3_x86_32, public domain.
 */
final class Murmur3 {
  private static final int C1 = 0xcc9e2d51;
  private static final int C2 = 0x1b873593;

  // Of each byte the bit that ASCII has not.
  private static final long BEYOND_ASCII = 0x8080808080808080L;

  private static final long UNSIGNED = 0xffffffffL;

  private Murmur3() {}

  /** Returns the hash of the text. */
  static int of(String text, int seed) {
    byte[] latin = StringBytes.latin(text);
    if (latin != null) {
      return ofLatin(latin, seed);
    }
    byte[] wide = StringBytes.wide(text);
    return wide == null ? ofCharacters(text, seed) : WideMurmur3.of(wide, seed);
  }

  // ---- by the bytes of the string

  private static int ofLatin(byte[] text, int seed) {
    int length = text.length;
    if (length < 4) {
      return ofFew(text, seed);
    }
    int hash = seed;
    int index = 0;
    for (; index + 8 <= length; index += 8) {
      long eight = StringBytes.eight(text, index);
      if ((eight & BEYOND_ASCII) != 0) {
        return beyondAscii(text, index, hash);
      }
      hash = mix(mix(hash, (int) eight), (int) (eight >>> 32));
    }
    if (index + 4 <= length) {
      int four = StringBytes.four(text, index);
      if ((four & (int) BEYOND_ASCII) != 0) {
        return beyondAscii(text, index, hash);
      }
      hash = mix(hash, four);
      index += 4;
    }
    if (index == length) {
      return finish(hash, 0, length);
    }
    // The last four at once, without those that are hashed by now: to tell apart how many are left
    // takes longer, and the longest where keys differ in length.
    long last = StringBytes.four(text, length - 4) & UNSIGNED;
    int tail = (int) (last >>> 32 - 8 * (length - index));
    return (tail & (int) BEYOND_ASCII) == 0
        ? finish(hash, tail, length)
        : beyondAscii(text, index, hash);
  }

  private static int ofFew(byte[] text, int seed) {
    int tail = 0;
    for (int index = 0; index < text.length; index++) {
      tail |= text[index] << 8 * index;
    }
    return tail >= 0 ? finish(seed, tail, text.length) : beyondAscii(text, 0, seed);
  }

  // Some of the characters are two bytes in UTF-8. What stands before is ASCII, and hashed.
  private static int beyondAscii(byte[] text, int from, int hashed) {
    int hash = hashed;
    int size = from;
    // Bytes that do not fill a block yet, the first lowest, and how many bits they are.
    long pending = 0;
    int bits = 0;
    int index = from;
    while (index < text.length) {
      int four = index + 4 <= text.length ? StringBytes.four(text, index) : -1;
      if ((four & (int) BEYOND_ASCII) == 0) {
        pending |= (four & UNSIGNED) << bits;
        index += 4;
        size += 4;
        hash = mix(hash, (int) pending);
        pending >>>= 32;
        continue;
      }
      int character = text[index++] & 0xff;
      if (character < 0x80) {
        pending |= (long) character << bits;
        bits += 8;
        size++;
      } else {
        pending |= (long) two(character) << bits;
        bits += 16;
        size += 2;
      }
      if (bits >= 32) {
        hash = mix(hash, (int) pending);
        pending >>>= 32;
        bits -= 32;
      }
    }
    return finish(hash, (int) pending, size);
  }

  static int two(int character) {
    return 0x80c0 | character >> 6 | (character & 0x3f) << 8;
  }

  static int three(int character) {
    return 0x8080e0 | character >> 12 | (character >> 6 & 0x3f) << 8 | (character & 0x3f) << 16;
  }

  // ---- by characters

  /** Returns the hash by characters, which any JDK allows. */
  static int ofCharacters(String text, int seed) {
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
        encoded = two(c);
        size = 2;
      } else if (!Character.isSurrogate(c)) {
        encoded = three(c);
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

  static long encodePair(int codePoint) {
    return 0x808080f0L
        | codePoint >> 18
        | (codePoint >> 12 & 0x3f) << 8
        | (codePoint >> 6 & 0x3f) << 16
        | (long) (codePoint & 0x3f) << 24;
  }

  static int mix(int hash, int block) {
    int mixed = hash ^ Integer.rotateLeft(block * C1, 15) * C2;
    return Integer.rotateLeft(mixed, 13) * 5 + 0xe6546b64;
  }

  static int finish(int hash, int tail, int length) {
    int h = hash ^ Integer.rotateLeft(tail * C1, 15) * C2;
    h ^= length;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ h >>> 16;
  }
}
