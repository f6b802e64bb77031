package dev.turnout.flags;

/** A flag, or a change to one, that cannot be accepted; names the field and what would be right. */
public final class InvalidFlagException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * Creates the exception.
   *
   * @param field the path of the offending field, such as {@code rings.beta}
   * @param message what is wrong and what would be right, without the field's name
   */
  public InvalidFlagException(String field, String message) {
    super(field + ": " + message);
    this.field = field;
  }

  /** The path of the offending field, such as {@code rings.beta}. */
  public String field() {
    return field;
  }
}
