package dev.turnout.flags;

import java.util.ArrayList;
import java.util.List;

/** The decisions that one share of callers can lead to, as indexes in the list of all. */
final class Outcomes {
  /** Of a share that callers differ by. */
  static final int NONE = -1;

  final String ring;
  final int threshold;

  /** The decision for everybody where the share is nobody or all; else {@link #NONE}. */
  final int constant;

  final int on;
  final int off;
  final int drawnOn;
  final int drawnOff;

  Outcomes(Percentage share, String ring, Reason reason, Decisions all) {
    this.ring = ring;
    threshold = share.buckets();
    on = all.on(reason, ring);
    off = all.off(reason, ring);
    drawnOn = all.on(Reason.RANDOM, ring);
    drawnOff = all.off(Reason.RANDOM, ring);
    Reason always = reason == Reason.RING ? Reason.RING : Reason.STATIC;
    if (threshold == 0) {
      constant = all.off(always, ring);
    } else if (threshold == Percentage.BUCKETS) {
      // Who is on is no question then, but which variant is.
      constant = all.areSplit() ? on : all.on(always, ring);
    } else {
      constant = NONE;
    }
  }

  /**
   * All decisions of a flag in the making. One that is on stands there once for each variant, in
   * their order, and its index is that of the first.
   */
  static final class Decisions {
    private final List<Decision> all = new ArrayList<>();
    private final List<String> variants;
    private final boolean split;

    Decisions(Variants variants, boolean split) {
      this.variants = variants.isEmpty() ? List.of(Variants.ON) : variants.names();
      this.split = split;
    }

    int off(Reason reason, String ring) {
      all.add(Decision.off(reason, ring));
      return all.size() - 1;
    }

    int on(Reason reason, String ring) {
      int first = all.size();
      variants.forEach(variant -> all.add(new Decision(true, variant, reason, ring)));
      return first;
    }

    /** Returns whether callers who are on get different variants. */
    boolean areSplit() {
      return split;
    }

    List<Decision> done() {
      return List.copyOf(all);
    }
  }
}
