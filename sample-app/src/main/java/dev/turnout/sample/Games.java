package dev.turnout.sample;

import java.util.function.UnaryOperator;

/** Where a use case keeps its games. Safe for use by several threads. */
interface Games {

  /** Keeps a game that has just been dealt. */
  void add(Game game);

  /**
   * Returns the game as it stands.
   *
   * @throws GameRefused if it is unknown
   */
  Game find(String gameId);

  /**
   * Applies {@code change} to the game as it stands and keeps the result, all or nothing: when this
   * throws, the game stays as it was.
   *
   * @param change may throw {@link GameRefused}; called once
   * @return the changed game
   * @throws GameRefused if the game is unknown, or was changed by somebody else meanwhile
   */
  Game change(String gameId, UnaryOperator<Game> change);
}
