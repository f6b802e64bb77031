package dev.turnout.cli.migration;

import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Placement.Algorithm;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a product that hashes a key once splits its callers: each outcome takes the buckets after
 * those of the outcomes before it.
 */
final class Split {
  /**
   * One outcome.
   *
   * @param name what it is called if it becomes a variant
   * @param value what callers get
   * @param weight its share of all weights
   */
  record Outcome(String name, JsonNode value, long weight) {}

  private final List<Outcome> outcomes = new ArrayList<>();
  private long total;

  Split add(String name, JsonNode value, long weight) {
    outcomes.add(new Outcome(name, value, weight));
    total += weight;
    return this;
  }

  /** The sum of all weights. */
  long total() {
    return total;
  }

  /**
   * Sets percentage, variants and bucketing: for booleans who is on, for anything else the variants
   * of everybody.
   *
   * @param algorithm the product's
   * @param key what it hashes with the caller's key; null for the flag's name
   * @param salt what it hashes besides; null for nothing
   */
  void apply(FlagEdit edit, Algorithm algorithm, @Nullable String key, @Nullable String salt)
      throws InexactException {
    if (outcomes.stream().allMatch(outcome -> outcome.value().isBoolean())) {
      edit.percentage(shareOn()).bucketing(new Placement(algorithm, Algorithm.TURNOUT1, key, salt));
      return;
    }
    edit.percentage(Percentage.FULL)
        .variants(variants())
        .bucketing(new Placement(Algorithm.TURNOUT1, algorithm, key, salt));
  }

  private Percentage shareOn() throws InexactException {
    long on = 0;
    boolean off = false;
    for (Outcome outcome : outcomes) {
      if (outcome.weight() == 0) {
        continue;
      }
      if (!outcome.value().booleanValue()) {
        off = true;
      } else if (off) {
        throw new InexactException(
            "its lowest buckets are false; here the lowest ones are on, so others would be");
      } else {
        on += outcome.weight();
      }
    }
    return share(on, total);
  }

  private Variants variants() throws InexactException {
    List<Variants.Variant> variants = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      variants.add(new Variants.Variant(outcome.name(), share(outcome.weight(), total)));
    }
    return new Variants(variants);
  }

  /** Returns a share of a whole, if it is one in steps of 0.001 %. */
  static Percentage share(long weight, long total) throws InexactException {
    if (weight < 0 || total <= 0 || weight > total) {
      throw new InexactException("its weights are no shares: " + weight + " of " + total);
    }
    if (weight * Percentage.BUCKETS % total != 0) {
      throw new InexactException(
          "a share of " + weight + " in " + total + " is no multiple of 0.001 %");
    }
    return new Percentage((int) (weight * Percentage.BUCKETS / total));
  }

  /** Returns the name that a value is known by as a variant. */
  static String nameOf(JsonNode value) {
    return value.isString() ? value.stringValue() : value.toString();
  }
}
