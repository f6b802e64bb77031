package dev.turnout.flags;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Evidence that the rate of bad calls exceeds a limit, sound at every look: a mixture over
 * alternatives of Bernoulli likelihood ratios against the limit is a supermartingale while the true
 * rate keeps to it, so by Ville's inequality it ever reaches {@code 1/alpha} with probability at
 * most {@code alpha}. Not safe for use by several threads.
 */
public final class SequentialTest {
  private static final double[] FACTORS = {1.25, 1.5, 2, 3, 5, 10, 20, 50, 100};

  // The alternative for "nearly everything fails". A limit that is itself high has one midway
  // between it and certainty instead.
  private static final double CEILING = 0.95;

  private final double[] badWeight;
  private final double[] goodWeight;
  private final double[] logRatio;

  /**
   * Starts without evidence.
   *
   * @param limit the tolerated share of bad calls, above 0 and below 1
   */
  public SequentialTest(double limit) {
    if (!(limit > 0 && limit < 1)) {
      throw new IllegalArgumentException("limit must be above 0 and below 1, not " + limit);
    }
    double[] rates =
        DoubleStream.concat(
                Arrays.stream(FACTORS).map(f -> f * limit).filter(q -> q < CEILING),
                DoubleStream.of(limit < 0.5 ? CEILING : (1 + limit) / 2))
            .toArray();
    badWeight = new double[rates.length];
    goodWeight = new double[rates.length];
    logRatio = new double[rates.length];
    for (int k = 0; k < rates.length; k++) {
      badWeight[k] = Math.log(rates[k] / limit);
      goodWeight[k] = Math.log((1 - rates[k]) / (1 - limit));
    }
  }

  /** Adds what was seen since the last call; {@code bad} is at most {@code calls}. */
  public void add(long bad, long calls) {
    for (int k = 0; k < logRatio.length; k++) {
      logRatio[k] += bad * badWeight[k] + (calls - bad) * goodWeight[k];
    }
  }

  /** The natural logarithm of the evidence; 0 at the start. */
  public double logEvidence() {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : logRatio) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (double value : logRatio) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum / logRatio.length);
  }

  /** Returns whether the evidence refutes the limit at the given false alarm probability. */
  public boolean refutes(double alpha) {
    return logEvidence() >= -Math.log(alpha);
  }
}
