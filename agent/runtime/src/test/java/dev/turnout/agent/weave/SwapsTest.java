package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SwapsTest {
  private static final long START = -TimeUnit.SECONDS.toNanos(10);

  private final Swaps swaps = new Swaps();

  private static long seconds(double seconds) {
    return START + Math.round(seconds * 1e9);
  }

  @Test
  void classesOfWhichSomeAreStillShown_areNotTaken() {
    swaps.shown(String.class, START);
    swaps.add(String.class, START);
    swaps.shown(Integer.class, seconds(0.9));
    assertThat(swaps.take(seconds(1.5))).isEmpty();
    assertThat(swaps.take(seconds(2))).containsExactly(String.class);
    assertThat(swaps.take(seconds(4))).isEmpty();
  }

  @Test
  void classesThatAreShownWithoutEnd_areTakenHalfAMinuteAfterTheFirst() {
    swaps.shown(Integer.class, START);
    for (double second = 50; second < 110; second += 0.5) {
      swaps.shown(Integer.class, seconds(second));
      swaps.add(String.class, seconds(second));
      boolean late = second == 80;
      assertThat(swaps.take(seconds(second))).hasSize(late ? 1 : 0);
      if (late) {
        // Counted anew from the next one on.
        assertThat(swaps.take(seconds(second))).isEmpty();
      }
    }
  }
}
