package dev.turnout.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class GameTest {
  private final Game dealt = Game.dealt("g", "ann", 42);

  @Test
  void hand_isFiveCardsThatFollowFromTheSeed() {
    assertThat(dealt.hand()).hasSize(5).isEqualTo(Game.dealt("other", "bob", 42).hand());
  }

  @Test
  void play_swapsTheNamedCardForTheNextOfTheDeck() {
    int discard = dealt.hand().get(2);

    Game played = dealt.play("ann", new Move("g", discard));

    int drawn = Deck.shuffled(42).card(5);
    assertThat(played.turns()).containsExactly(new Turn(1, discard, drawn));
    assertThat(played.hand()).hasSize(5).contains(drawn);
  }

  @Test
  void play_withoutACardDiscardsTheHighest() {
    Turn turn = dealt.play("ann", new Move("g", null)).turns().get(0);

    assertThat(turn.discarded()).isEqualTo(Collections.max(dealt.hand()));
  }

  @Test
  void play_refusesACardThatIsNotInTheHand() {
    assertRefused(GameRefused.Reason.CARD_NOT_IN_HAND, () -> dealt.play("ann", new Move("g", 99)));
  }

  @Test
  void play_refusesAnotherPlayer() {
    assertRefused(GameRefused.Reason.NOT_YOUR_GAME, () -> dealt.play("bob", new Move("g", null)));
  }

  @Test
  void play_refusesAfterDeclaring() {
    Game over = dealt.declare("ann");

    assertRefused(GameRefused.Reason.ALREADY_DECLARED, () -> over.play("ann", new Move("g", null)));
  }

  @Test
  void play_refusesWhenTheDeckIsEmpty() {
    Game game = dealt;
    for (int turn = 0; turn < 47; turn++) {
      game = game.play("ann", new Move("g", null));
    }
    Game last = game;

    assertRefused(GameRefused.Reason.DECK_EMPTY, () -> last.play("ann", new Move("g", null)));
  }

  @Test
  void score_fallsWithTheHandAndTheTurns() {
    List<Integer> hand = dealt.play("ann", new Move("g", null)).hand();
    int total = hand.stream().mapToInt(Integer::intValue).sum();

    Score score = Score.of(dealt.play("ann", new Move("g", null)).declare("ann"));

    assertThat(score).isEqualTo(new Score("g", "ann", 65 - total - 1, true));
  }

  private static void assertRefused(GameRefused.Reason reason, Runnable move) {
    assertThatExceptionOfType(GameRefused.class)
        .isThrownBy(move::run)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
