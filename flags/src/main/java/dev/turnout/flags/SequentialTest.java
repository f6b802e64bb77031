package dev.turnout.flags;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Evidence that the rate of bad calls exceeds a limit, sound at every look: a mixture over
 * alternatives of Bernoulli likelihood ratios against the limit is a supermartingale while the true
 * rate keeps to it, so by Ville's inequality it ever reaches {@code 2/alpha} with probability at
 * most {@code alpha/2}.
 *
 * <p>That evidence is since the start, and a long time of good calls weighs against what comes
 * later. So there is a second one, which starts anew with each window (Shiryaev and Roberts): less
 * the number of windows it is a supermartingale too, and is held against {@code 2·windows/alpha}.
 *
 * <p>Not safe for use by several threads.
 */
public final class SequentialTest {
  private static final double[] FACTORS = {1.25, 1.5, 2, 3, 5, 10, 20, 50, 100};

  // The alternative for "nearly everything fails". A limit that is itself high has one midway
  // between it and certainty instead.
  private static final double CEILING = 0.95;

  private final double[] badWeight;
  private final double[] goodWeight;
  private final double[] logRatio;

  // The sum over all starts up to this window's, as of its beginning; and what came since.
  private final double[] earlierStarts;
  private final double[] inWindow;
  private long windows = 1;
  private long windowCalls;

  // By alternative: the evidence since the start that speaks for it most, which begins anew where
  // it was none at a window's end, and what that is made of. To tell people of, and no more.
  private final double[] best;
  private final long[] bestCalls;
  private final long[] bestBad;

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
    inWindow = new double[rates.length];
    earlierStarts = new double[rates.length];
    Arrays.fill(earlierStarts, Double.NEGATIVE_INFINITY);
    best = new double[rates.length];
    bestCalls = new long[rates.length];
    bestBad = new long[rates.length];
    for (int k = 0; k < rates.length; k++) {
      badWeight[k] = Math.log(rates[k] / limit);
      goodWeight[k] = Math.log((1 - rates[k]) / (1 - limit));
    }
  }

  /** Adds what was seen since the last call; {@code bad} is at most {@code calls}. */
  public void add(long bad, long calls) {
    for (int k = 0; k < logRatio.length; k++) {
      double weight = bad * badWeight[k] + (calls - bad) * goodWeight[k];
      logRatio[k] += weight;
      inWindow[k] += weight;
      best[k] += weight;
      bestCalls[k] += calls;
      bestBad[k] += bad;
    }
    windowCalls += calls;
  }

  /** A window ends, and the second evidence has one more start; one without calls is none. */
  public void endWindow() {
    if (windowCalls == 0) {
      return;
    }
    for (int k = 0; k < inWindow.length; k++) {
      earlierStarts[k] = sinceAnyStart(k);
      inWindow[k] = 0;
      if (best[k] <= 0) {
        best[k] = 0;
        bestCalls[k] = 0;
        bestBad[k] = 0;
      }
    }
    windows++;
    windowCalls = 0;
  }

  private double sinceAnyStart(int k) {
    double before = earlierStarts[k];
    double larger = Math.max(before, 0);
    return larger + Math.log1p(Math.exp(-Math.abs(before))) + inWindow[k];
  }

  /** The natural logarithm of the evidence since the start; 0 there. */
  public double logEvidence() {
    return logMean(logRatio);
  }

  /** The natural logarithm of the evidence of all starts together, one for each window. */
  double logLateEvidence() {
    double[] sums = new double[inWindow.length];
    for (int k = 0; k < sums.length; k++) {
      sums[k] = sinceAnyStart(k);
    }
    return logMean(sums);
  }

  private static double logMean(double[] logs) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : logs) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (double value : logs) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum / logs.length);
  }

  /** Returns whether all that was seen refutes the limit, at half the false alarm probability. */
  public boolean refutes(double alpha) {
    return logEvidence() >= Math.log(2 / alpha);
  }

  /** Returns whether what was seen of late does, at the other half. */
  public boolean refutesOfLate(double alpha) {
    return logLateEvidence() >= Math.log(2 * windows / alpha);
  }

  /** How many calls the evidence of late is made of, most of all. */
  public long callsOfLate() {
    return bestCalls[strongest()];
  }

  /** How many of those were bad. */
  public long badOfLate() {
    return bestBad[strongest()];
  }

  private int strongest() {
    int strongest = 0;
    for (int k = 1; k < best.length; k++) {
      strongest = best[k] > best[strongest] ? k : strongest;
    }
    return strongest;
  }
}
