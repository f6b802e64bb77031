package dev.turnout.flags;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the steps of one decision while it is explained. */
final class Trace {
  private final List<String> steps = new ArrayList<>();
  private @Nullable String key;
  private long hash = -1;
  private int bucket = -1;

  void step(String sentence) {
    steps.add(sentence);
  }

  void hashed(String hashedKey, int hashValue, int bucketValue) {
    key = hashedKey;
    hash = hashValue & 0xffffffffL;
    bucket = bucketValue;
  }

  /** Notes a bucket that comes of an algorithm whose hash is no number of 32 bits. */
  void placed(String placedKey, int bucketValue) {
    key = placedKey;
    bucket = bucketValue;
  }

  Explanation explanation(String flag, Decision decision) {
    return new Explanation(flag, decision, key, hash, bucket, steps);
  }
}
