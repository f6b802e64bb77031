package dev.turnout.sample;

/**
 * The rules of the game forbid what was asked for. An answer, not a failure: the use cases name it
 * in {@link dev.turnout.Flagged#ignore()}, so it never counts against the new implementation.
 */
final class GameRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  GameRefused(Reason reason, String gameId) {
    super(reason.sentence + ": " + gameId);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  /** Why, and the HTTP status that says so. */
  enum Reason {
    UNKNOWN_GAME(404, "there is no such game"),
    NOT_YOUR_GAME(403, "the game is another player's"),
    ALREADY_DECLARED(409, "the game is over"),
    CARD_NOT_IN_HAND(422, "the card to discard is not in the hand"),
    DECK_EMPTY(409, "there is no card left to draw, declare instead"),
    CHANGED_MEANWHILE(409, "another move was made at the same moment, try again");

    private final int status;
    private final String sentence;

    Reason(int status, String sentence) {
      this.status = status;
      this.sentence = sentence;
    }

    int status() {
      return status;
    }
  }
}
