package dev.turnout.flags;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A share of callers in steps of 0.001 %: the number of the {@value #BUCKETS} buckets that are on.
 *
 * @param buckets 0 to {@value #BUCKETS}
 */
public record Percentage(int buckets) implements Comparable<Percentage> {
  /** The number of buckets that callers are hashed into. */
  public static final int BUCKETS = 100_000;

  /** Nobody. */
  public static final Percentage ZERO = new Percentage(0);

  /** Everybody. */
  public static final Percentage FULL = new Percentage(BUCKETS);

  public Percentage {
    if (buckets < 0 || buckets > BUCKETS) {
      throw new IllegalArgumentException("buckets must be 0 to " + BUCKETS + ", not " + buckets);
    }
  }

  /**
   * Returns the share for a percentage between 0 and 100, rounded to 0.001 %.
   *
   * @throws InvalidFlagException naming {@code field} if the value is no number from 0 to 100
   */
  public static Percentage of(String field, double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new InvalidFlagException(
          field, "must be a number from 0 to 100, not " + plain(percent));
    }
    return new Percentage((int) Math.round(percent * (BUCKETS / 100)));
  }

  /** Returns the share for a percentage between 0 and 100. */
  public static Percentage of(double percent) {
    return of("percentage", percent);
  }

  /** The share in percent, 0 to 100. */
  public double percent() {
    return buckets / (BUCKETS / 100.0);
  }

  @Override
  public int compareTo(Percentage other) {
    return Integer.compare(buckets, other.buckets);
  }

  /** The share as people write it, such as {@code 33.333 %}. */
  @Override
  public String toString() {
    return plain(percent()) + " %";
  }

  private static String plain(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
