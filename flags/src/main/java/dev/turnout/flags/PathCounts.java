package dev.turnout.flags;

/**
 * What one path did, cumulative since the JVM started: every call is counted, latency is a sample.
 * Calls that were cancelled are among the latencies alone, with how long they took until then.
 *
 * @param calls completed calls
 * @param errors calls that failed
 * @param consecutiveErrors failures in a row up to now
 * @param latency of the timed calls
 */
public record PathCounts(long calls, long errors, long consecutiveErrors, Histogram latency) {
  /** Nothing yet. */
  public static final PathCounts NONE = new PathCounts(0, 0, 0, Histogram.EMPTY);

  /** Returns the sum of this and the other; of the failures in a row the larger. */
  public PathCounts plus(PathCounts other) {
    return new PathCounts(
        calls + other.calls,
        errors + other.errors,
        Math.max(consecutiveErrors, other.consecutiveErrors),
        latency.plus(other.latency));
  }
}
