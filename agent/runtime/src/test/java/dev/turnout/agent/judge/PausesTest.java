package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PausesTest {
  // Near the end of what nanoTime may return, which is followed by the beginning.
  private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
  private final Pauses pauses = new Pauses(now);

  private boolean lookAfter(long millis) {
    now += Duration.ofMillis(millis).toNanos();
    return pauses.look(now);
  }

  @Test
  void looksOnTime_areNoPause() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(lookAfter(i % 2 == 0 ? 250 : 900)).isFalse();
    }
  }

  @Test
  void lateLook_isAPause_andAMomentAfterIt() {
    assertThat(lookAfter(1_100)).isTrue();
    assertThat(lookAfter(600)).isTrue();
    assertThat(lookAfter(600)).isFalse();
  }

  @Test
  void pausesThatGoOn_areNotExcused() {
    assertThat(lookAfter(3_000)).isTrue();
    for (int i = 0; i < 20; i++) {
      assertThat(lookAfter(3_000)).isFalse();
    }
    assertThat(lookAfter(3_000)).as("a minute later").isTrue();
  }
}
