package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackOffTest {
  @Test
  void next_isDrawnUpToACeilingThatDoublesToThirtySeconds() {
    Random highest =
        new Random() {
          private static final long serialVersionUID = 1L;

          @Override
          public double nextDouble() {
            return 1;
          }
        };
    BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30), highest);

    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30, 30}) {
      assertThat(backOff.next()).hasSeconds(seconds);
    }
    backOff.reset();
    assertThat(backOff.next()).hasSeconds(1);
  }
}
