package dev.turnout.flags;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The algorithms of other products, brought to one scale. Each of them turns a key into a place and
 * compares that with a share; for no key does a larger share undo what a smaller one did. So the
 * largest share that leaves a key out says all, and is the key's bucket here.
 *
 * <p>They may allocate, and take several times as long as {@link Bucketing}.
 */
final class RivalBucketing {
  // Unleash has 100 places for exposure, and 1,000 for variants, with a seed that is no other's.
  private static final int UNLEASH_PERCENT = Percentage.BUCKETS / 100;
  private static final int UNLEASH_WEIGHTS = 1_000;
  private static final int UNLEASH_VARIANT_SEED = 86028157;

  private static final int GROWTHBOOK_PLACES = 10_000;
  private static final int GROWTHBOOK_STEP = Percentage.BUCKETS / GROWTHBOOK_PLACES;

  private static final int FNV_START = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  private RivalBucketing() {}

  /** Returns what says who is on; null for Turnout's own algorithm, which needs none of this. */
  static @Nullable KeyBuckets exposure(Flag flag) {
    Placement placement = flag.bucketing();
    String with = placement.keyOr(flag.name());
    return switch (placement.exposure()) {
      case UNLEASH -> key -> unleash(with, key);
      // A key is in while its place is not above the share, so the place itself is one too many.
      case GROWTHBOOK2 -> key -> Math.max(0, growthbook2(with, key) * GROWTHBOOK_STEP - 1);
      default -> single(placement.exposure(), with, placement.salt());
    };
  }

  /** Returns what says which variant it is; null for Turnout's own algorithm. */
  static @Nullable KeyBuckets variants(Flag flag) {
    Placement placement = flag.bucketing();
    String with = placement.keyOr(flag.name());
    return switch (placement.variants()) {
      case UNLEASH -> key -> unleashVariant(with, key);
      // Of variants, a place where one ends is the next one's.
      case GROWTHBOOK2 -> key -> growthbook2(with, key) * GROWTHBOOK_STEP;
      default -> single(placement.variants(), with, placement.salt());
    };
  }

  private static @Nullable KeyBuckets single(
      Placement.Algorithm algorithm, String with, @Nullable String salt) {
    return switch (algorithm) {
      case LAUNCHDARKLY -> new Sha1Buckets(with, salt);
      case FLAGD -> key -> Bucketing.scale(Murmur3.of(with + key, 0));
      case FLAGD_RATIO -> key -> flagdRatio(with + key);
      case GOFF -> key -> goff(with, key);
      default -> null;
    };
  }

  private static int unleash(String group, String key) {
    return (unleashPlace(group, key, 0, 100) + 1) * UNLEASH_PERCENT - 1;
  }

  private static int unleashVariant(String group, String key) {
    int step = Percentage.BUCKETS / UNLEASH_WEIGHTS;
    return (unleashPlace(group, key, UNLEASH_VARIANT_SEED, UNLEASH_WEIGHTS) + 1) * step - 1;
  }

  private static int unleashPlace(String group, String key, int seed, int places) {
    return Integer.remainderUnsigned(Murmur3.of(group + ":" + key, seed), places);
  }

  private static int flagdRatio(String text) {
    // In floats and in this order, as it is computed there. The hash -2^31 has no absolute value
    // and stays negative, which lets it in at any share.
    float percent = Math.abs(Murmur3.of(text, 0)) * 1.0f / Integer.MAX_VALUE * 100;
    return largestWithout(percent, Percentage.BUCKETS / 100f);
  }

  private static int growthbook2(String seed, String key) {
    String first = Integer.toUnsignedString(fnv1a(seed + key));
    return Integer.remainderUnsigned(fnv1a(first), GROWTHBOOK_PLACES);
  }

  private static int goff(String flag, String key) {
    return Integer.remainderUnsigned(fnv1a(flag + key), Percentage.BUCKETS);
  }

  // Source: Fowler, Noll, Vo, FNV-1a of 32 bits, public domain.
  private static int fnv1a(String text) {
    int hash = FNV_START;
    for (byte b : text.getBytes(UTF_8)) {
      hash = (hash ^ b & 0xff) * FNV_PRIME;
    }
    return hash;
  }

  /**
   * Returns the largest share, in buckets, that is not above a place: of a product that lets a key
   * in if its place is less than the share, both as floats.
   *
   * @param place of the key, on the product's own scale
   * @param scale how many buckets are one unit of that scale
   */
  static int largestWithout(float place, float scale) {
    int share = Math.max(0, Math.min(Percentage.BUCKETS - 1, (int) (place * scale)));
    // The product's own comparison decides; the estimate may be one off by rounding.
    while (share > 0 && place < share / scale) {
      share--;
    }
    while (share < Percentage.BUCKETS - 1 && place >= (share + 1) / scale) {
      share++;
    }
    return share;
  }
}
