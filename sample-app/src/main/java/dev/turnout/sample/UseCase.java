package dev.turnout.sample;

import java.util.Arrays;
import java.util.Optional;

/** What a player can do; each has a flag of its own. */
enum UseCase {
  START_GAME("startgame"),
  PLAY_TURN("playturn"),
  DECLARE("declare"),
  SCORING("scoring");

  private final String label;

  UseCase(String label) {
    this.label = label;
  }

  /** Returns the name used in requests and statistics, which is also the end of the flag's name. */
  String label() {
    return label;
  }

  static Optional<UseCase> labelled(String label) {
    return Arrays.stream(values()).filter(useCase -> useCase.label.equals(label)).findFirst();
  }
}
