package dev.turnout.flags;

/**
 * How one call goes.
 *
 * @param on whether the new path runs
 * @param reason why
 * @param ring the caller's ring where the flag goes by rings, else {@link Flag#GA}
 */
public record Decision(boolean on, Reason reason, String ring) {
  /** The decision for a flag that is not known. */
  public static final Decision UNKNOWN_FLAG = new Decision(false, Reason.DEFAULT, Flag.GA);

  /** The decision when something inside failed. */
  public static final Decision FAILED = new Decision(false, Reason.ERROR, Flag.GA);

  /** The variant's name: {@code on} or {@code off}. */
  public String variant() {
    return on ? "on" : "off";
  }
}
