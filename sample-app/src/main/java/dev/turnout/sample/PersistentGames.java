package dev.turnout.sample;

import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * The games in the database, with memory in front of it. During a rollout one game's turns go
 * through both paths: a flag is raised, killed and raised again between two moves, and each use
 * case has a flag of its own. Both paths stay right by these rules:
 *
 * <ol>
 *   <li><b>Memory is the truth about the games it holds.</b> Every change of either path ends as
 *       one compare-and-set there, so no move is lost or made twice, whichever path it took.
 *   <li>This path reads the game from the database and compares. Equal is the normal case. If the
 *       database is behind, because moves went through the fallback, memory's game is taken and the
 *       missing rows are written along with the change ({@link #resynced()}).
 *   <li>A game that memory does not hold, after a restart or beyond its capacity, is taken from the
 *       database ({@link #recovered()}). Moves that only the fallback made are then gone: that is
 *       what this path is being introduced for. Memory alone cannot find such a game, so the
 *       fallback answers "unknown" until this path has brought it back.
 *   <li>A change is written, then set in memory, then committed. If memory has moved on, the
 *       transaction is rolled back; if the commit fails, memory is set back. An error here
 *       therefore leaves both as they were, and the player may try again.
 * </ol>
 *
 * <p>No lock is held while the database works, so the fallback never waits for it.
 */
final class PersistentGames implements Games {
  private final MemoryGames memory;
  private final GameDatabase database;
  private final LongAdder resynced = new LongAdder();
  private final LongAdder recovered = new LongAdder();

  PersistentGames(MemoryGames memory, GameDatabase database) {
    this.memory = memory;
    this.database = database;
  }

  @Override
  public void add(Game game) {
    try (GameDatabase.Transaction transaction = database.begin()) {
      transaction.save(game);
      memory.add(game);
      try {
        transaction.commit();
      } catch (PersistenceFailure e) {
        memory.remove(game);
        throw e;
      }
    }
  }

  @Override
  public Game find(String gameId) {
    try (GameDatabase.Transaction transaction = database.begin()) {
      Game game = current(transaction, gameId);
      transaction.commit();
      return game;
    }
  }

  @Override
  public Game change(String gameId, UnaryOperator<Game> change) {
    try (GameDatabase.Transaction transaction = database.begin()) {
      Game before = current(transaction, gameId);
      Game after = change.apply(before);
      transaction.save(after);
      if (!memory.replace(before, after)) {
        throw new GameRefused(GameRefused.Reason.CHANGED_MEANWHILE, gameId);
      }
      try {
        transaction.commit();
      } catch (PersistenceFailure e) {
        memory.replace(after, before);
        throw e;
      }
      return after;
    }
  }

  /** Keeps the score of a game that {@link #find} has just returned, replacing an earlier one. */
  void keep(Score score) {
    try (GameDatabase.Transaction transaction = database.begin()) {
      transaction.save(score);
      transaction.commit();
    }
  }

  /** Returns how often the database was behind memory and was brought up to date. */
  long resynced() {
    return resynced.sum();
  }

  /** Returns how many games were taken from the database because memory did not have them. */
  long recovered() {
    return recovered.sum();
  }

  private Game current(GameDatabase.Transaction transaction, String gameId) {
    Optional<Game> stored = transaction.find(gameId);
    Optional<Game> remembered = memory.lookUp(gameId);
    if (remembered.isEmpty()) {
      Game game =
          stored.orElseThrow(() -> new GameRefused(GameRefused.Reason.UNKNOWN_GAME, gameId));
      recovered.increment();
      return memory.addIfAbsent(game);
    }
    if (!remembered.equals(stored)) {
      transaction.save(remembered.get());
      resynced.increment();
    }
    return remembered.get();
  }
}
