package dev.turnout.flags;

import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says which variant a caller gets who is on; see {@link Bucketing} for the hash. Immutable;
 * wait-free; allocates nothing for ASCII keys, unless another product's algorithm says it.
 */
final class VariantSplit {
  private static final int NONE = -1;

  private final List<Variants.Variant> variants;
  private final int seed;

  // Where the buckets of each variant end.
  private final int[] ends;

  private final int only;

  // Null for Turnout's own algorithm.
  private final @Nullable KeyBuckets rival;

  VariantSplit(Flag flag) {
    variants = flag.variants().all();
    seed = Bucketing.variantSeed(flag.name());
    rival = RivalBucketing.variants(flag);
    ends = new int[variants.size()];
    int end = 0;
    int whole = NONE;
    for (int i = 0; i < ends.length; i++) {
      int buckets = variants.get(i).weight().buckets();
      end += buckets;
      ends[i] = end;
      whole = buckets == Percentage.BUCKETS ? i : whole;
    }
    only = whole;
  }

  /** Returns the place of the one variant that everybody gets; -1 if callers differ. */
  int only() {
    return only;
  }

  /**
   * Returns the place of the caller's variant.
   *
   * @param sticky the key that is hashed; null to draw
   */
  int place(@Nullable String sticky, IntSupplier draw, @Nullable Trace trace) {
    if (only != NONE) {
      note(trace, only, "which has all the weight");
      return only;
    }
    int bucket = sticky == null ? draw.getAsInt() : bucket(sticky);
    int place = 0;
    while (bucket >= ends[place]) {
      place++;
    }
    if (trace != null) {
      int start = place == 0 ? 0 : ends[place - 1];
      note(
          trace,
          place,
          sticky == null
              ? "drawn for this call, as there is no key"
              : "for its bucket among variants, "
                  + bucket
                  + ", is from "
                  + start
                  + " to "
                  + (ends[place] - 1));
    }
    return place;
  }

  private int bucket(String sticky) {
    return rival == null ? Bucketing.bucket(sticky, seed) : rival.of(sticky);
  }

  private void note(@Nullable Trace trace, int place, String why) {
    if (trace != null) {
      trace.step("variant: " + variants.get(place).name() + ", " + why);
    }
  }
}
