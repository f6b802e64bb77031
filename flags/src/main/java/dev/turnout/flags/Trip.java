package dev.turnout.flags;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A breached limit, with what was seen.
 *
 * @param flag the flag's name
 * @param variant the variant that breached it by itself; null if the new path did as a whole
 * @param flagRevision the flag's own revision that the judged calls were decided with
 * @param limit the limit as people write it, such as {@code error_rate > 5 %}
 * @param rule which rule found the breach: {@code threshold}, {@code sequential} or {@code
 *     consecutive}
 * @param observed the share of bad calls in percent, or the failures in a row
 * @param calls how many calls were judged
 * @param bad how many of them were bad
 * @param at when the breach was found
 */
public record Trip(
    String flag,
    @Nullable String variant,
    long flagRevision,
    String limit,
    String rule,
    double observed,
    long calls,
    long bad,
    Instant at) {

  /** This trip, as one of a single variant. */
  public Trip of(String variantName) {
    return new Trip(flag, variantName, flagRevision, limit, rule, observed, calls, bad, at);
  }

  /** This trip, as one of another revision of the flag. */
  public Trip under(long revision) {
    return new Trip(flag, variant, revision, limit, rule, observed, calls, bad, at);
  }

  /** One sentence for a log or a status page. */
  public String describe() {
    String breached = limit + " breached" + (variant == null ? "" : " by variant " + variant);
    return rule.equals("consecutive")
        ? breached + ": " + bad + " failures in a row"
        : breached
            + ": "
            + bad
            + " of "
            + calls
            + " calls were bad, "
            + Limit.plain(observed)
            + " % ("
            + rule
            + " rule)";
  }
}
