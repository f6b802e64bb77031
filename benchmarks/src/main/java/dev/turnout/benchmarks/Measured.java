package dev.turnout.benchmarks;

/** How much the agent measures in a benchmark's JVM; without any of these, nothing. */
public final class Measured {
  /** Nothing: calls are routed only. */
  public static final String OFF = "-Dturnout.measure=off";

  /** Exact counts. */
  public static final String COUNTS = "-Dturnout.measure=counts";

  /** Exact counts, and latency of a sample; what the agent does by default. */
  public static final String SAMPLED = "-Dturnout.measure=sampled";

  /** The latency of every call. */
  public static final String EVERY = "-Dturnout.measure=every";

  private Measured() {}
}
