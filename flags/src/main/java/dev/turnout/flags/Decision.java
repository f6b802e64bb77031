package dev.turnout.flags;

/**
 * How one call goes.
 *
 * @param on whether the new path runs
 * @param variant which one: a variant of the flag, or {@value Variants#ON} if it has none; {@value
 *     Variants#OFF} for the fallback
 * @param reason why
 * @param ring the caller's ring where the flag goes by rings, else {@link Flag#GA}
 */
public record Decision(boolean on, String variant, Reason reason, String ring) {
  /** The decision for a flag that is not known. */
  public static final Decision UNKNOWN_FLAG = off(Reason.DEFAULT, Flag.GA);

  /** The decision when something inside failed. */
  public static final Decision FAILED = off(Reason.ERROR, Flag.GA);

  static Decision off(Reason reason, String ring) {
    return new Decision(false, Variants.OFF, reason, ring);
  }
}
