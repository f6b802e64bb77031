package dev.turnout.flags;

import java.util.Collection;

/**
 * Says of most keys that are not in a set that they are not: a Bloom filter with one hash function.
 * A hash table of long lists is not in the processor's cache; this is. Immutable; wait-free.
 */
final class KeyFilter {
  // Of this many keys that are not in the set, at most one is not recognised.
  private static final int PLACES_PER_KEY = 16;

  private static final long MOST_PLACES = 1L << 30;

  // Spreads what is close together: 2^32 divided by the golden ratio.
  private static final int SPREAD = 0x9e3779b9;

  private final long[] taken;
  private final int shift;

  KeyFilter(Collection<String> keys) {
    long least = Math.min(Math.max(Long.SIZE, (long) keys.size() * PLACES_PER_KEY), MOST_PLACES);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(least - 1);
    shift = Integer.SIZE - bits;
    taken = new long[1 << bits - 6];
    for (String key : keys) {
      int place = place(key);
      taken[place >> 6] |= 1L << place;
    }
  }

  /** Whether the key may be in the set; false is sure. */
  boolean mayHold(String key) {
    int place = place(key);
    return (taken[place >> 6] & 1L << place) != 0;
  }

  private int place(String key) {
    return key.hashCode() * SPREAD >>> shift;
  }
}
