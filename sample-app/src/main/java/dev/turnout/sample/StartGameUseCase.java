package dev.turnout.sample;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** A player starts a game. */
final class StartGameUseCase {
  private final MemoryGames memory;
  private final PersistentGames persistent;
  private final CallLedger ledger;
  private final Faults faults;
  private final String instance;
  private final RandomGenerator random;

  StartGameUseCase(
      MemoryGames memory,
      PersistentGames persistent,
      CallLedger ledger,
      Faults faults,
      String instance,
      RandomGenerator random) {
    this.memory = memory;
    this.persistent = persistent;
    this.ledger = ledger;
    this.faults = faults;
    this.instance = instance;
    this.random = random;
  }

  @Flagged("use_state_persistence_startgame")
  Game startGame(@FlagKey String playerId) {
    return ledger.newPath(
        UseCase.START_GAME,
        playerId,
        () -> {
          faults.strike(UseCase.START_GAME);
          return deal(persistent, playerId);
        });
  }

  @Fallback("use_state_persistence_startgame")
  Game startGameInMemory(String playerId) {
    return ledger.fallbackPath(UseCase.START_GAME, () -> deal(memory, playerId));
  }

  private Game deal(Games games, String playerId) {
    // With the instance in it the id says where the game is; random, because a counter would start
    // again beside the games of an earlier run in the same database.
    String id = instance + "-" + HexFormat.of().toHexDigits(random.nextLong());
    Game game = Game.dealt(id, playerId, random.nextLong());
    games.add(game);
    return game;
  }
}
