package dev.turnout.flags;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A flag as it stands at one revision. Immutable.
 *
 * @param name 1 to 128 characters out of {@code [a-zA-Z0-9._-]}
 * @param revision the snapshot revision at which this flag last changed
 * @param resetRevision the revision of its last reset; a trip of an older revision is void
 * @param enabled off for everybody when false
 * @param strategy whether rings or the percentage decide
 * @param percentage the share of callers on the new path
 * @param rings the share per ring, for {@link Strategy#RING}; a ring that is not named gets 0
 * @param variants what callers who are on are split among; none for the new path as such
 * @param canary who sees the new path while canary mode is on
 * @param dependencies flags that must be on for the same caller
 * @param stickiness the attribute that is hashed: {@code user}, {@code tenant}, {@code session} or
 *     any other
 * @param bucketing how a key is placed in a bucket, for exposure and among variants
 * @param limits what the new path may not exceed
 * @param ladder the shares that a rollout stops at on its way up, rising; none for any at once
 * @param frozen whether exposure may not be raised
 * @param stop why the flag is off until a reset; null if it is not
 * @param description for people
 */
public record Flag(
    String name,
    long revision,
    long resetRevision,
    boolean enabled,
    Strategy strategy,
    Percentage percentage,
    Map<String, Percentage> rings,
    Variants variants,
    Canary canary,
    List<String> dependencies,
    String stickiness,
    Placement bucketing,
    List<Limit> limits,
    List<Percentage> ladder,
    boolean frozen,
    @Nullable Stop stop,
    String description) {

  /** The attribute that flags are sticky by unless they say otherwise. */
  public static final String USER = "user";

  /** The most steps of a ladder. */
  public static final int MAX_STEPS = 50;

  /** The ring of callers who belong to no other. */
  public static final String GA = "ga";

  /** What decides for callers who are no canaries. */
  public enum Strategy {
    /** The flag's percentage. */
    PERCENTAGE,
    /** The percentage of the caller's ring. */
    RING
  }

  public Flag {
    FlagName.check("name", name);
    if (revision < 0 || resetRevision < 0) {
      throw new InvalidFlagException("revision", "must not be negative");
    }
    rings.keySet().forEach(ring -> FlagName.check("rings", ring));
    rings = Collections.unmodifiableMap(new LinkedHashMap<>(rings));
    dependencies = List.copyOf(dependencies);
    dependencies.forEach(dependency -> FlagName.check("dependencies", dependency));
    if (dependencies.contains(name)) {
      throw new InvalidFlagException("dependencies", name + " cannot depend on itself");
    }
    FlagName.check("stickiness", stickiness);
    limits = List.copyOf(limits);
    ladder = List.copyOf(ladder);
    checkLadder(ladder);
    if (description.length() > 2000) {
      throw new InvalidFlagException("description", "must be at most 2000 characters");
    }
  }

  /** A flag as it is created: enabled, at 0 %. */
  public static Flag named(String name) {
    return new Flag(
        name,
        0,
        0,
        true,
        Strategy.PERCENTAGE,
        Percentage.ZERO,
        Map.of(),
        Variants.NONE,
        Canary.NONE,
        List.of(),
        USER,
        Placement.TURNOUT1,
        List.of(),
        List.of(),
        false,
        null,
        "");
  }

  private static void checkLadder(List<Percentage> ladder) {
    if (ladder.size() > MAX_STEPS) {
      throw new InvalidFlagException("ladder", "must have at most " + MAX_STEPS + " steps");
    }
    Percentage below = Percentage.ZERO;
    for (Percentage step : ladder) {
      if (step.compareTo(below) <= 0) {
        throw new InvalidFlagException(
            "ladder", "must rise from step to step: " + step + " is not above " + below);
      }
      below = step;
    }
  }

  /** Starts a changed copy. */
  public FlagEdit edit() {
    return new FlagEdit(this);
  }

  /**
   * Returns the share of callers of a ring that are on the new path: of a ring that the flag does
   * not name, that of general availability.
   */
  public Percentage share(String ring) {
    return strategy == Strategy.PERCENTAGE
        ? percentage
        : rings.getOrDefault(ring, rings.getOrDefault(GA, Percentage.ZERO));
  }
}
