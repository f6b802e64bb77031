package dev.turnout.flags;

import java.time.Instant;

/**
 * A breached limit, with what was seen.
 *
 * @param flag the flag's name
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
    long flagRevision,
    String limit,
    String rule,
    double observed,
    long calls,
    long bad,
    Instant at) {

  /** One sentence for a log or a status page. */
  public String describe() {
    return rule.equals("consecutive")
        ? limit + " breached: " + bad + " failures in a row"
        : limit
            + " breached: "
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
