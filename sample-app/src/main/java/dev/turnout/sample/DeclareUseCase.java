package dev.turnout.sample;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

/** A player ends a game with the hand it has come to. */
final class DeclareUseCase {
  private final MemoryGames memory;
  private final PersistentGames persistent;
  private final CallLedger ledger;
  private final Faults faults;

  DeclareUseCase(MemoryGames memory, PersistentGames persistent, CallLedger ledger, Faults faults) {
    this.memory = memory;
    this.persistent = persistent;
    this.ledger = ledger;
    this.faults = faults;
  }

  @Flagged(value = "use_state_persistence_declare", ignore = GameRefused.class)
  Game declare(@FlagKey String playerId, String gameId) {
    return ledger.newPath(
        UseCase.DECLARE,
        playerId,
        () -> {
          faults.strike(UseCase.DECLARE);
          return end(persistent, playerId, gameId);
        });
  }

  @Fallback("use_state_persistence_declare")
  Game declareInMemory(String playerId, String gameId) {
    return ledger.fallbackPath(UseCase.DECLARE, () -> end(memory, playerId, gameId));
  }

  private static Game end(Games games, String playerId, String gameId) {
    return games.change(gameId, game -> game.declare(playerId));
  }
}
