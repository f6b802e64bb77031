package dev.turnout.server.change;

/** A change that has to wait until the store answers again; the message says what became of it. */
public final class StoreAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StoreAwayException(String message) {
    super(message);
  }

  static StoreAwayException nothingChanged() {
    return new StoreAwayException("the store does not answer; nothing was changed");
  }

  static StoreAwayException perhapsChanged() {
    return new StoreAwayException(
        "the store stopped answering while it was saved; it was either saved as a whole or not at"
            + " all, which shows once the store answers again");
  }
}
