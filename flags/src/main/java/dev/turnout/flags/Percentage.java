package dev.turnout.flags;

import java.math.BigDecimal;

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

  private static final int DECIMALS = 3;
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
  private static final int SHOWN = 60;

  public Percentage {
    if (buckets < 0 || buckets > BUCKETS) {
      throw new IllegalArgumentException("buckets must be 0 to " + BUCKETS + ", not " + buckets);
    }
  }

  /**
   * Returns the share for a percentage between 0 and 100. What a step of 0.001 cannot hold is
   * refused: rounded down it would not be what was asked for, and rounded up nearly all would
   * become all.
   *
   * @throws InvalidFlagException naming {@code field} if the value is no number from 0 to 100 with
   *     at most 3 decimals
   */
  public static Percentage of(String field, BigDecimal percent) {
    if (percent.signum() < 0 || percent.compareTo(HUNDRED) > 0) {
      throw new InvalidFlagException(
          field, "must be a number from 0 to 100, not " + shown(percent.toString()));
    }
    BigDecimal buckets = percent.scaleByPowerOfTen(DECIMALS).stripTrailingZeros();
    if (buckets.scale() > 0) {
      throw new InvalidFlagException(
          field, "must have at most " + DECIMALS + " decimals, not " + shown(percent.toString()));
    }
    return new Percentage(buckets.intValueExact());
  }

  /** As {@link #of(String, BigDecimal)}, for the shortest decimal number that is this double. */
  public static Percentage of(String field, double percent) {
    if (!Double.isFinite(percent)) {
      throw new InvalidFlagException(field, "must be a number from 0 to 100, not " + percent);
    }
    return of(field, new BigDecimal(shortest(percent)));
  }

  /** Returns the share for a percentage between 0 and 100. */
  public static Percentage of(double percent) {
    return of("percentage", percent);
  }

  // Without the ".0" of a whole number, which nobody gave.
  private static String shortest(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String shown(String number) {
    return number.length() <= SHOWN ? number : number.substring(0, SHOWN) + "…";
  }

  /** The share in percent, 0 to 100. */
  public double percent() {
    return buckets / (BUCKETS / 100.0);
  }

  @Override
  public int compareTo(Percentage other) {
    return Integer.compare(buckets, other.buckets);
  }

  /** Any number of buckets as people write it; more than all of them too. */
  static String text(int buckets) {
    return BigDecimal.valueOf(buckets, DECIMALS).stripTrailingZeros().toPlainString() + " %";
  }

  /** The share as people write it, such as {@code 33.333 %}. */
  @Override
  public String toString() {
    return text(buckets);
  }
}
