package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A stop is never refused for its words. */
class StopTest {
  private static String reason(String given) {
    return new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, given, null).reason();
  }

  @Test
  void reason_short_isKept() {
    assertThat(reason("Fehlerrate über 5 % 🚂")).isEqualTo("Fehlerrate über 5 % 🚂");
  }

  @Test
  void reason_ofSeveralLines_isOneLine() {
    assertThat(reason("a\r\nb\u0000c")).isEqualTo("a  b c");
  }

  @Test
  void reason_long_isCut() {
    assertThat(reason("x".repeat(5000))).hasSize(Stop.MAX_REASON).startsWith("xxx").endsWith("x…");
  }

  @Test
  void reason_cutWithinAPair_keepsNoHalf() {
    String cut = reason("x".repeat(Stop.MAX_REASON - 2) + "🚂🚂");

    assertThat(cut).endsWith("x…").hasSize(Stop.MAX_REASON - 1);
  }

  @Test
  void reason_withHalfAPair_canBeWritten() {
    assertThat(reason("half \ud800")).isEqualTo("half ?");
  }
}
