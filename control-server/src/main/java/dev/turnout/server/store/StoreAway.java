package dev.turnout.server.store;

import java.time.Instant;

/**
 * The store does not answer.
 *
 * @param since when that was noticed
 * @param why in one line, for people
 */
public record StoreAway(Instant since, String why) {
  /** Takes the first line of what the failure, or what it came of, says. */
  public static StoreAway of(Instant since, Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    String why = message == null || message.isBlank() ? root.toString() : message;
    return new StoreAway(since, why.lines().findFirst().orElse(why).strip());
  }
}
