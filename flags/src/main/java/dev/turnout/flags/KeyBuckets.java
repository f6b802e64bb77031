package dev.turnout.flags;

/** Places keys in Turnout's buckets by another product's algorithm. Thread-safe. */
@FunctionalInterface
interface KeyBuckets {
  /**
   * Returns the bucket of a key, 0 to 99,999: the largest share, counted in buckets, that does not
   * let the key in where it comes from. So whoever is on there is on here, at any share.
   */
  int of(String key);
}
