package dev.turnout.sample;

/**
 * What a game is worth.
 *
 * @param points 0 or more; a low hand and few turns give many
 * @param settled whether the player has declared, so that the points will not change any more
 */
record Score(String gameId, String player, int points, boolean settled) {
  private static final int HIGHEST_HAND = 65;

  static Score of(Game game) {
    int handTotal = game.hand().stream().mapToInt(Integer::intValue).sum();
    int points = Math.max(0, HIGHEST_HAND - handTotal - game.turns().size());
    return new Score(game.id(), game.player(), points, game.declared());
  }
}
