package dev.turnout.flags;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole way to a decision, for people.
 *
 * @param flag the flag's name
 * @param decision the outcome
 * @param key the key that was hashed; null if none was
 * @param hash the key's hash as an unsigned number; -1 if nothing was hashed, or by an algorithm
 *     other than {@link Placement.Algorithm#TURNOUT1}
 * @param bucket the key's bucket, 0 to 99,999; -1 if nothing was hashed
 * @param steps one sentence for each rule that was looked at, in order
 */
public record Explanation(
    String flag,
    Decision decision,
    @Nullable String key,
    long hash,
    int bucket,
    List<String> steps) {
  public Explanation {
    steps = List.copyOf(steps);
  }
}
