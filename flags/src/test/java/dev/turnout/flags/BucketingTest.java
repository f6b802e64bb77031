package dev.turnout.flags;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketingTest {
  // Of each size in UTF-8, the ends of the ranges, and halves of pairs.
  private static final int[] CHARACTERS = {
    'a', 'z', 0x7f, 0x80, 0xfc, 0x7ff, 0x800, 0x4e2d, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600,
    0x10ffff, 0xd800, 0xdbff, 0xdc00, 0xdfff
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
  void murmur3_ofAnyText_isThatOfItsBytes() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(12);
      for (int k = 0; k < length; k++) {
        int character = CHARACTERS[random.nextInt(CHARACTERS.length)];
        text.append(random.nextBoolean() ? "x" : Character.toString(character));
      }
      int seed = random.nextInt();
      assertThat(Bucketing.murmur3(text.toString(), seed))
          .as(() -> text.chars().boxed().toList().toString())
          .isEqualTo(murmur3(text.toString().getBytes(UTF_8), seed));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "user-1", "пользователь", "用户", "\ud83d\ude00"})
  void bucket_isOneOfThem(String key) {
    assertThat(Bucketing.bucket(key, Bucketing.seed("f"))).isBetween(0, Percentage.BUCKETS - 1);
  }
}
