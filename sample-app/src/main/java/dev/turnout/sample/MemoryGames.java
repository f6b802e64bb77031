package dev.turnout.sample;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

/**
 * The games in this JVM's heap, and the truth about every game that is here: see {@link
 * PersistentGames}. Never waits and never touches the database, so the fallback path keeps working
 * whatever happens to the new one.
 */
final class MemoryGames implements Games {
  private final int capacity;
  private final ConcurrentMap<String, Game> games = new ConcurrentHashMap<>();
  private final Queue<String> oldestFirst = new ConcurrentLinkedQueue<>();

  /**
   * @param capacity how many games are kept; beyond it the one added first is forgotten
   */
  MemoryGames(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public void add(Game game) {
    addIfAbsent(game);
  }

  @Override
  public Game find(String gameId) {
    return lookUp(gameId)
        .orElseThrow(() -> new GameRefused(GameRefused.Reason.UNKNOWN_GAME, gameId));
  }

  @Override
  public Game change(String gameId, UnaryOperator<Game> change) {
    Game before = find(gameId);
    Game after = change.apply(before);
    if (!replace(before, after)) {
      throw new GameRefused(GameRefused.Reason.CHANGED_MEANWHILE, gameId);
    }
    return after;
  }

  Optional<Game> lookUp(String gameId) {
    return Optional.ofNullable(games.get(gameId));
  }

  /** Returns the game that is kept afterwards: the one that was here, or else the given one. */
  Game addIfAbsent(Game game) {
    Game present = games.putIfAbsent(game.id(), game);
    if (present != null) {
      return present;
    }
    oldestFirst.add(game.id());
    if (games.size() > capacity) {
      String oldest = oldestFirst.poll();
      if (oldest != null) {
        games.remove(oldest);
      }
    }
    return game;
  }

  /** Keeps {@code after} if {@code before} is still what is kept; returns whether it was. */
  boolean replace(Game before, Game after) {
    return games.replace(before.id(), before, after);
  }

  /** Forgets a game that was added but then could not be persisted. */
  void remove(Game game) {
    if (games.remove(game.id(), game)) {
      oldestFirst.remove(game.id());
    }
  }
}
