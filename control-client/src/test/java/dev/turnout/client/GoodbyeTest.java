package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoodbyeTest {
  @Test
  void within_isWhatTheServerSays_butNotForGood() {
    assertThat(Goodbye.within("{\"reconnect_within_ms\":10000}")).hasSeconds(10);
    assertThat(Goodbye.within("{\"reconnect_within_ms\":0,\"more\":1}")).isZero();
    assertThat(Goodbye.within("{\"reconnect_within_ms\":9223372036854775807}"))
        .isEqualTo(Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10000",
        "{}",
        "{\"reconnect_within_ms\":-1}",
        "{\"reconnect_within_ms\":1.5}",
        "{\"reconnect_within_ms\":\"10\"}",
        "{\"reconnect_within_ms\":92233720368547758070}",
      })
  void within_notUnderstood_isNothing(String data) {
    assertThat(Goodbye.within(data)).isZero();
  }
}
