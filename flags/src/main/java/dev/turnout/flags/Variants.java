package dev.turnout.flags;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a flag splits the callers among who are on: 1 to {@value #MOST} variants with weights that
 * sum to 100 %, or none at all.
 *
 * <p>The order is part of the value. Each variant takes the buckets after those of the variants
 * before it, so two splits of the same weights in another order send callers to other variants, and
 * are not equal.
 *
 * @param all in the order that buckets are given out in
 */
public record Variants(List<Variants.Variant> all) {
  /** The variant of a caller who is on, where a flag has no variants. */
  public static final String ON = "on";

  /** The variant of a caller who is off: the fallback. */
  public static final String OFF = "off";

  /** No variants: who is on is {@value #ON}. */
  public static final Variants NONE = new Variants(List.of());

  /** The most variants of a flag. */
  public static final int MOST = 20;

  private static final String FIELD = "variants";

  /**
   * One variant.
   *
   * @param name as a flag's name, and neither {@value Variants#ON} nor {@value Variants#OFF}
   * @param weight its share of the callers who are on; may be 0, for one that nobody gets any more
   */
  public record Variant(String name, Percentage weight) {
    public Variant {
      FlagName.check(FIELD, name);
      if (name.equals(ON) || name.equals(OFF)) {
        throw new InvalidFlagException(
            FIELD, "\"" + name + "\" means a flag without variants: give it another name");
      }
    }
  }

  public Variants {
    all = List.copyOf(all);
    if (!all.isEmpty()) {
      check(all);
    }
  }

  private static void check(List<Variant> all) {
    if (all.size() > MOST) {
      throw new InvalidFlagException(FIELD, "must be at most " + MOST + ", not " + all.size());
    }
    Set<String> names = new HashSet<>();
    int sum = 0;
    for (Variant variant : all) {
      if (!names.add(variant.name())) {
        throw new InvalidFlagException(FIELD, "\"" + variant.name() + "\" is there twice");
      }
      sum += variant.weight().buckets();
    }
    if (sum != Percentage.BUCKETS) {
      throw new InvalidFlagException(
          FIELD, "must have weights that sum to exactly 100 %, not " + Percentage.text(sum));
    }
  }

  /** Returns variants by name, in the order of the map. */
  public static Variants of(Map<String, Percentage> weights) {
    List<Variant> all = new ArrayList<>();
    weights.forEach((name, weight) -> all.add(new Variant(name, weight)));
    return all.isEmpty() ? NONE : new Variants(all);
  }

  /** Returns the weights by name, in order. Unmodifiable. */
  public Map<String, Percentage> weights() {
    Map<String, Percentage> weights = new LinkedHashMap<>();
    all.forEach(variant -> weights.put(variant.name(), variant.weight()));
    return Collections.unmodifiableMap(weights);
  }

  /** The names, in order. */
  public List<String> names() {
    return all.stream().map(Variant::name).toList();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return all.isEmpty();
  }
}
