package dev.turnout.sample;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

/** A player asks what a game is worth, be it over or not. */
final class ScoringUseCase {
  private final MemoryGames memory;
  private final PersistentGames persistent;
  private final CallLedger ledger;
  private final Faults faults;

  ScoringUseCase(MemoryGames memory, PersistentGames persistent, CallLedger ledger, Faults faults) {
    this.memory = memory;
    this.persistent = persistent;
    this.ledger = ledger;
    this.faults = faults;
  }

  @Flagged(value = "use_state_persistence_scoring", ignore = GameRefused.class)
  Score score(@FlagKey String playerId, String gameId) {
    return ledger.newPath(
        UseCase.SCORING,
        playerId,
        () -> {
          faults.strike(UseCase.SCORING);
          Score score = Score.of(persistent.find(gameId).ownedBy(playerId));
          persistent.keep(score);
          return score;
        });
  }

  /** The score follows from the game, so there is nothing more to remember. */
  @Fallback("use_state_persistence_scoring")
  Score scoreInMemory(String playerId, String gameId) {
    return ledger.fallbackPath(
        UseCase.SCORING, () -> Score.of(memory.find(gameId).ownedBy(playerId)));
  }
}
