package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PausesTest {
  // Near the end of what nanoTime may return, which is followed by the beginning.
  private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
  private final Pauses pauses = new Pauses();

  private long lookAfter(long millis) {
    now += Duration.ofMillis(millis).toNanos();
    return pauses.look(now) / 1_000_000;
  }

  // An agent that starts reads files first, and connects.
  @BeforeEach
  void firstLook_isNeverLate() {
    assertThat(lookAfter(5_000)).isZero();
  }

  @Test
  void looksOnTime_areNoPause() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(lookAfter(i % 2 == 0 ? 250 : 900)).isZero();
    }
  }

  @Test
  void lateLook_isAPause_andAMomentAfterIt() {
    assertThat(lookAfter(1_100)).isEqualTo(1_100);
    assertThat(lookAfter(600)).isEqualTo(1_100);
    assertThat(lookAfter(600)).isZero();
  }

  @Test
  void pausesThatGoOn_areNotExcused() {
    assertThat(lookAfter(3_000)).isEqualTo(3_000);
    for (int i = 0; i < 20; i++) {
      assertThat(lookAfter(3_000)).isZero();
    }
    assertThat(lookAfter(3_000)).as("a minute later").isEqualTo(3_000);
  }
}
