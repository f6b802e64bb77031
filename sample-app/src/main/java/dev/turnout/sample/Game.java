package dev.turnout.sample;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A game of <em>least count</em> for one player: five cards are dealt, every turn swaps a card for
 * the next one of the deck, and declaring ends the game. Immutable; a move makes a new value.
 *
 * @param seed decides the deck, and with the turns therefore the hand
 * @param turns oldest first
 */
record Game(String id, String player, long seed, List<Turn> turns, boolean declared) {
  private static final int HAND_SIZE = 5;

  Game {
    turns = List.copyOf(turns);
  }

  static Game dealt(String id, String player, long seed) {
    return new Game(id, player, seed, List.of(), false);
  }

  /** Returns the ranks of the five cards held after the last turn. */
  List<Integer> hand() {
    Deck deck = Deck.shuffled(seed);
    List<Integer> hand = new ArrayList<>(HAND_SIZE);
    for (int position = 0; position < HAND_SIZE; position++) {
      hand.add(deck.card(position));
    }
    for (Turn turn : turns) {
      hand.set(hand.indexOf(turn.discarded()), turn.drawn());
    }
    return hand;
  }

  /**
   * Returns the game after {@code move}.
   *
   * @throws GameRefused if the game is not the player's or is over, if the card is not in the hand,
   *     or if the deck is empty
   */
  Game play(String playerId, Move move) {
    requireOpen(playerId);
    Deck deck = Deck.shuffled(seed);
    int position = HAND_SIZE + turns.size();
    if (position == deck.size()) {
      throw new GameRefused(GameRefused.Reason.DECK_EMPTY, id);
    }
    List<Integer> hand = hand();
    int discard = move.discard() == null ? Collections.max(hand) : move.discard();
    if (!hand.contains(discard)) {
      throw new GameRefused(GameRefused.Reason.CARD_NOT_IN_HAND, id);
    }
    List<Turn> played = new ArrayList<>(turns);
    played.add(new Turn(turns.size() + 1, discard, deck.card(position)));
    return new Game(id, player, seed, played, false);
  }

  /**
   * Returns the game after the player has ended it.
   *
   * @throws GameRefused if the game is not the player's or is over
   */
  Game declare(String playerId) {
    requireOpen(playerId);
    return new Game(id, player, seed, turns, true);
  }

  /**
   * Returns this game.
   *
   * @throws GameRefused if the game is not the player's
   */
  Game ownedBy(String playerId) {
    if (!player.equals(playerId)) {
      throw new GameRefused(GameRefused.Reason.NOT_YOUR_GAME, id);
    }
    return this;
  }

  private void requireOpen(String playerId) {
    if (ownedBy(playerId).declared()) {
      throw new GameRefused(GameRefused.Reason.ALREADY_DECLARED, id);
    }
  }
}
