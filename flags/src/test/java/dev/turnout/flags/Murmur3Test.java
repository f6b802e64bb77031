package dev.turnout.flags;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class Murmur3Test {
  // Of each size in UTF-8, the ends of the ranges, and halves of pairs.
  private static final int[] CHARACTERS = {
    'a', 'z', 0x7f, 0x80, 0xfc, 0x7ff, 0x800, 0x4e2d, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600,
    0x10ffff, 0xd800, 0xdbff, 0xdc00, 0xdfff
  };

  private static final int[][] KINDS = {
    {'a', 'z', 0x7f},
    {'a', 0x80, 0xfc, 0xff},
    {0x80, 0x43f, 0x7ff},
    {0x800, 0x4e2d, 0xd7ff, 0xe000, 0xffff},
    {0x10000, 0x1f600, 0xd800, 0xdfff},
    CHARACTERS
  };

  /** The hash of bytes, written down as its author did, block by block. */
  private static int murmur3(byte[] bytes, int seed) {
    int hash = seed;
    int whole = bytes.length / 4 * 4;
    for (int i = 0; i < whole; i += 4) {
      int block = 0;
      for (int k = 3; k >= 0; k--) {
        block = block << 8 | bytes[i + k] & 0xff;
      }
      hash ^= Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
      hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
    }
    int tail = 0;
    for (int i = bytes.length - 1; i >= whole; i--) {
      tail = tail << 8 | bytes[i] & 0xff;
    }
    hash ^= Integer.rotateLeft(tail * 0xcc9e2d51, 15) * 0x1b873593;
    hash ^= bytes.length;
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }

  @Test
  void ofAnyText_isThatOfItsBytes() {
    Random random = new Random(1);
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder();
      // Runs of one kind and all mixed, so that blocks begin and end anywhere.
      int[] kinds = KINDS[random.nextInt(KINDS.length)];
      int length = random.nextInt(20);
      for (int k = 0; k < length; k++) {
        int[] kind = random.nextInt(4) == 0 ? CHARACTERS : kinds;
        text.appendCodePoint(kind[random.nextInt(kind.length)]);
      }
      int seed = random.nextInt();
      int expected = murmur3(text.toString().getBytes(UTF_8), seed);
      assertThat(Murmur3.of(text.toString(), seed))
          .as(() -> text.chars().boxed().toList().toString())
          .isEqualTo(expected);
      assertThat(Murmur3.ofCharacters(text.toString(), seed)).isEqualTo(expected);
    }
  }

  // The build opens the JDK's package to these tests, or half of this were never run.
  @Test
  void bytesOfStrings_areKnownHere() {
    assertThat(StringBytes.areKnown()).isTrue();
  }
}
