package dev.turnout.cli.migration;

/** A flag that would not decide here for everybody as it does where it comes from. */
final class InexactException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what cannot be carried over, for people. */
  InexactException(String message) {
    super(message, null, false, false);
  }
}
