package dev.turnout.agent.measure;

import dev.turnout.flags.Limit;
import java.util.Locale;

/** How much is measured of each call; the option {@code measure}. */
public enum Measure {
  /** Nothing: calls are routed only, no limit can be watched. */
  OFF,
  /** Calls and errors; limits on latency cannot be watched. */
  COUNTS,
  /** Calls and errors, and latency of every call while they are rare, of a sample else. */
  SAMPLED,
  /** Calls and errors, and the latency of every call. */
  EVERY;

  /** Whether a limit can be watched by what is measured. */
  public boolean suffices(Limit limit) {
    return this != OFF && (this != COUNTS || !limit.isLatency());
  }

  /**
   * Returns the value of that name, in any case.
   *
   * @throws IllegalArgumentException saying what would be right
   */
  public static Measure of(String name) {
    for (Measure measure : values()) {
      if (measure.name().equalsIgnoreCase(name)) {
        return measure;
      }
    }
    throw new IllegalArgumentException(
        "measure must be off, counts, sampled or every, not \"" + name + "\"");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
