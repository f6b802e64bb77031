package dev.turnout.server.rollout;

import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a rollout: who is on the new path during it, and what must be before the next.
 *
 * @param percentage the share of all callers; null for a stage by rings
 * @param rings the share of each ring's callers, in order; empty for a stage by percentage
 * @param hold how long it lasts at the least, 0 to 30 days
 * @param minCalls how many calls of the new path must have been seen before the next stage begins
 *     by itself, 0 to 1,000,000,000
 */
public record Stage(
    @Nullable Percentage percentage, Map<String, Percentage> rings, Duration hold, long minCalls) {
  /** How long a stage lasts where a plan does not say. */
  public static final Duration DEFAULT_HOLD = Duration.ofHours(1);

  /** The calls asked for where a plan does not say. */
  public static final long DEFAULT_MIN_CALLS = 200;

  /** The longest hold. */
  public static final Duration MAX_HOLD = Duration.ofDays(30);

  /** The most calls that can be asked for. */
  public static final long MAX_MIN_CALLS = 1_000_000_000;

  public Stage {
    rings = Collections.unmodifiableMap(new LinkedHashMap<>(rings));
    if ((percentage == null) == rings.isEmpty()) {
      throw new InvalidFlagException(
          "stages", "must each have either a percentage or the shares of rings");
    }
    if (hold.isNegative() || hold.compareTo(MAX_HOLD) > 0) {
      throw new InvalidFlagException("stages", "must each hold for 0s to 720h");
    }
  }

  /** Returns the flag as this stage wants it: enabled, with this share of its callers. */
  public Flag of(Flag flag) {
    FlagEdit edit = flag.edit().enabled(true);
    return percentage == null
        ? edit.strategy(Flag.Strategy.RING).rings(rings).done()
        : edit.strategy(Flag.Strategy.PERCENTAGE).percentage(percentage).done();
  }

  /** Returns whether the flag is not stopped, and as this stage wants it. */
  public boolean isInForce(Flag flag) {
    return flag.stop() == null && of(flag).equals(flag);
  }

  /** Returns whether this is a step back from the earlier stage, in the same terms. */
  boolean isBelow(Stage earlier) {
    return shareOfAll().compareTo(earlier.shareOfAll()) < 0
        || (percentage == null
            && earlier.rings.keySet().stream()
                .anyMatch(ring -> share(ring).compareTo(earlier.share(ring)) < 0));
  }

  private Percentage share(String ring) {
    return rings.getOrDefault(ring, shareOfAll());
  }

  /** The share of callers of no particular ring. */
  public Percentage shareOfAll() {
    return percentage == null ? rings.getOrDefault(Flag.GA, Percentage.ZERO) : percentage;
  }
}
