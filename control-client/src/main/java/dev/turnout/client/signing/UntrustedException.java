package dev.turnout.client.signing;

/** A snapshot is none that may be decided by. The message says why, in a part of a sentence. */
public final class UntrustedException extends Exception {
  private static final long serialVersionUID = 1L;

  UntrustedException(String message) {
    super(message);
  }

  UntrustedException(String message, Throwable cause) {
    super(message, cause);
  }
}
