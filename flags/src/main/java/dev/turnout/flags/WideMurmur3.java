package dev.turnout.flags;

/**
 * The hash of a text beyond Latin-1, by the bytes of its string. As long as the characters from the
 * first one on are of one size in UTF-8, which they are in most scripts, four at a time are encoded
 * side by side in a {@code long}; the rest one by one. Allocates nothing.
 */
final class WideMurmur3 {
  // Of each of four characters the uppermost bit.
  private static final long TOP = 0x8000_8000_8000_8000L;

  // Of each of four characters the bits that ASCII has not.
  private static final long BEYOND_ASCII = 0xff80_ff80_ff80_ff80L;

  private WideMurmur3() {}

  /**
   * Returns the hash.
   *
   * @param text each character in two bytes, the lower one first
   */
  static int of(byte[] text, int seed) {
    int last = text.length - 8;
    int hash = seed;
    int index = 0;
    while (index <= last) {
      long four = StringBytes.eight(text, index);
      if (!areThreeBytes(four)) {
        return index == 0 ? ofTwoBytes(text, seed) : rest(text, index, hash, index / 2 * 3);
      }
      hash = mixThrees(hash, four);
      index += 8;
    }
    int size = index / 2 * 3;
    return index == text.length ? Murmur3.finish(hash, 0, size) : rest(text, index, hash, size);
  }

  private static int mixThrees(int hash, long four) {
    // Of each the first two bytes, and the third.
    long heads =
        (four >>> 12 & 0x000f_000f_000f_000fL)
            | (four << 2 & 0x3f00_3f00_3f00_3f00L)
            | 0x80e0_80e0_80e0_80e0L;
    long thirds = (four & 0x003f_003f_003f_003fL) | 0x0080_0080_0080_0080L;
    int head = (int) heads;
    int lastHead = (int) (heads >>> 32);
    int third = (int) thirds;
    int lastThird = (int) (thirds >>> 32);
    int mixed = Murmur3.mix(hash, head & 0xffff | third << 16 | head << 8 & 0xff000000);
    mixed = Murmur3.mix(mixed, head >>> 24 | third >>> 8 | lastHead << 16);
    return Murmur3.mix(
        mixed, lastThird & 0xff | lastHead >>> 8 & 0xffff00 | lastThird << 8 & 0xff000000);
  }

  private static int ofTwoBytes(byte[] text, int seed) {
    int last = text.length - 8;
    int hash = seed;
    int index = 0;
    while (index <= last) {
      long four = StringBytes.eight(text, index);
      if (!areTwoBytes(four)) {
        break;
      }
      long twos =
          (four >>> 6 & 0x001f_001f_001f_001fL)
              | (four & 0x003f_003f_003f_003fL) << 8
              | 0x80c0_80c0_80c0_80c0L;
      hash = Murmur3.mix(Murmur3.mix(hash, (int) twos), (int) (twos >>> 32));
      index += 8;
    }
    return index == text.length ? Murmur3.finish(hash, 0, index) : rest(text, index, hash, index);
  }

  // From 0x800 on, by their upper five bits: some, and not those of the halves of pairs.
  private static boolean areThreeBytes(long four) {
    long upper = four >>> 11 & 0x001f_001f_001f_001fL;
    long notPair = (upper ^ 0x001b_001b_001b_001bL) + 0x7fff_7fff_7fff_7fffL;
    return (upper + 0x7fff_7fff_7fff_7fffL & notPair & TOP) == TOP;
  }

  // From 0x80 to 0x7ff: no bit above those, and one of 0x780, which carries into the top.
  private static boolean areTwoBytes(long four) {
    return (four & 0xf800_f800_f800_f800L) == 0 && (four + 0x7f80_7f80_7f80_7f80L & TOP) == TOP;
  }

  private static int rest(byte[] text, int from, int hashed, int sizeBefore) {
    int hash = hashed;
    int size = sizeBefore;
    // Bytes that do not fill a block yet, the first lowest, and how many bits they are.
    long pending = 0;
    int bits = 0;
    int index = from;
    while (index < text.length) {
      // Where words of another script are, numbers in ASCII are not far.
      long four = index + 8 <= text.length ? StringBytes.eight(text, index) : -1;
      if ((four & BEYOND_ASCII) == 0) {
        pending |= ascii(four) << bits;
        hash = Murmur3.mix(hash, (int) pending);
        pending >>>= 32;
        size += 4;
        index += 8;
        continue;
      }
      char c = StringBytes.character(text, index);
      long encoded;
      int bytes;
      if (c < 0x80) {
        encoded = c;
        bytes = 1;
      } else if (c < 0x800) {
        encoded = Murmur3.two(c);
        bytes = 2;
      } else if (!Character.isSurrogate(c)) {
        encoded = Murmur3.three(c);
        bytes = 3;
      } else if (isPair(text, index)) {
        index += 2;
        encoded = Murmur3.encodePair(Character.toCodePoint(c, StringBytes.character(text, index)));
        bytes = 4;
      } else {
        // Half a pair is no character; Java encodes it as a question mark.
        encoded = '?';
        bytes = 1;
      }
      pending |= encoded << bits;
      bits += bytes * 8;
      size += bytes;
      if (bits >= 32) {
        hash = Murmur3.mix(hash, (int) pending);
        pending >>>= 32;
        bits -= 32;
      }
      index += 2;
    }
    return Murmur3.finish(hash, (int) pending, size);
  }

  // Four characters of a byte each, the first lowest.
  private static long ascii(long four) {
    long pairs = four | four >>> 8;
    return pairs & 0xffff | pairs >>> 16 & 0xffff_0000L;
  }

  private static boolean isPair(byte[] text, int index) {
    return Character.isHighSurrogate(StringBytes.character(text, index))
        && index + 2 < text.length
        && Character.isLowSurrogate(StringBytes.character(text, index + 2));
  }
}
