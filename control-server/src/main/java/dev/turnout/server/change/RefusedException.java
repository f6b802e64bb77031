package dev.turnout.server.change;

/** A change that is well-formed but conflicts with how things stand; the message says with what. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}
