package dev.turnout.sample;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The 52 cards of a game in the order in which they are dealt; a card is its rank, 1 to 13. */
final class Deck {
  private static final int RANKS = 13;
  private static final int SUITS = 4;

  private final List<Integer> cards;

  private Deck(List<Integer> cards) {
    this.cards = cards;
  }

  /** Returns the deck that belongs to {@code seed}: the same one on every JVM. */
  static Deck shuffled(long seed) {
    List<Integer> cards = new ArrayList<>(RANKS * SUITS);
    for (int suit = 0; suit < SUITS; suit++) {
      for (int rank = 1; rank <= RANKS; rank++) {
        cards.add(rank);
      }
    }
    // A seed outlives this JVM in the database, and java.util.Random is the generator whose
    // numbers are laid down in its specification.
    Collections.shuffle(cards, new Random(seed));
    return new Deck(cards);
  }

  int size() {
    return cards.size();
  }

  int card(int position) {
    return cards.get(position);
  }
}
