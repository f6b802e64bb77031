package dev.turnout.sample;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

/** A player swaps a card of a game for the next one of its deck. */
final class PlayTurnUseCase {
  private final MemoryGames memory;
  private final PersistentGames persistent;
  private final CallLedger ledger;
  private final Faults faults;

  PlayTurnUseCase(
      MemoryGames memory, PersistentGames persistent, CallLedger ledger, Faults faults) {
    this.memory = memory;
    this.persistent = persistent;
    this.ledger = ledger;
    this.faults = faults;
  }

  @Flagged(value = "use_state_persistence_playturn", ignore = GameRefused.class)
  Game playTurn(@FlagKey String playerId, Move move) {
    return ledger.newPath(
        UseCase.PLAY_TURN,
        playerId,
        () -> {
          faults.strike(UseCase.PLAY_TURN);
          return play(persistent, playerId, move);
        });
  }

  @Fallback("use_state_persistence_playturn")
  Game playTurnInMemory(String playerId, Move move) {
    return ledger.fallbackPath(UseCase.PLAY_TURN, () -> play(memory, playerId, move));
  }

  private static Game play(Games games, String playerId, Move move) {
    return games.change(move.gameId(), game -> game.play(playerId, move));
  }
}
