package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.Warnings.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<String> lines = new ArrayList<>();
  private long now = Long.MAX_VALUE - HOUR.toNanos() / 2; // overflows on the way
  private final Warnings warnings = new Warnings(lines::add, () -> now);

  @Test
  void sameTopicTenTimesASecond_isOneLineAMinute_thatSaysHowManyMore() {
    for (long i = 0; i < HOUR.dividedBy(STEP); i++) {
      warnings.warn(Topic.CONNECTION, "reset");
      now += STEP.toNanos();
    }

    assertThat(lines).hasSize(60).startsWith("reset");
    assertThat(lines.subList(1, 60)).containsOnly("reset (599 more in the meantime)");
  }

  @Test
  void anotherTopic_isNotKeptBack() {
    warnings.warn(Topic.CONNECTION, "reset");
    warnings.warn(Topic.UNTRUSTED, "forged");

    assertThat(lines).containsExactly("reset", "forged");
  }

  @Test
  void whatWasKeptBack_isSaidWhenTheMinuteIsOver_thoughNothingFollows() {
    warnings.warn(Topic.DOCUMENT, "flag a");
    now += Duration.ofSeconds(20).toNanos();
    warnings.warn(Topic.DOCUMENT, "flag b");
    warnings.look();
    assertThat(lines).containsExactly("flag a");

    now += Duration.ofSeconds(40).toNanos();
    warnings.look();
    warnings.look();

    assertThat(lines).containsExactly("flag a", "flag b (40 s ago)");
    warnings.warn(Topic.DOCUMENT, "flag c");
    warnings.warn(Topic.DOCUMENT, "flag d");
    assertThat(lines).hasSize(2);
    now += Duration.ofSeconds(60).toNanos();
    warnings.look();
    assertThat(lines).last().isEqualTo("flag d (60 s ago; 1 more in the meantime)");
  }
}
