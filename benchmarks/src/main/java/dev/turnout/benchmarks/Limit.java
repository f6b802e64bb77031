package dev.turnout.benchmarks;

import java.util.Locale;

/**
 * What a call may come to.
 *
 * @param nanos beyond what it is compared with, in nanoseconds
 * @param ratio to what it is compared with
 */
record Limit(double nanos, double ratio) {
  static final Limit NONE = new Limit(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  static Limit nanos(double most) {
    return new Limit(most, Double.POSITIVE_INFINITY);
  }

  static Limit ratio(double most) {
    return new Limit(Double.POSITIVE_INFINITY, most);
  }

  boolean isNone() {
    return equals(NONE);
  }

  boolean holds(double direct, double gated) {
    return gated - direct <= nanos && (direct == 0 || gated / direct <= ratio);
  }

  @Override
  public String toString() {
    if (isNone()) {
      return "";
    }
    return Double.isInfinite(ratio)
        ? String.format(Locale.ROOT, "≤ +%.0f ns", nanos)
        : String.format(Locale.ROOT, "≤ %.2f ×", ratio);
  }
}
