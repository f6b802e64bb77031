package dev.turnout.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreamsTest {
  @ParameterizedTest
  @CsvSource({"1, 1000", "1000, 1000", "10000, 10000", "20000, 20000", "1000000, 30000"})
  void goodbye_spreadsMoreStreamsOverMoreTime(int streams, int millis) {
    assertThat(new String(Streams.goodbye(streams).as(false), UTF_8))
        .isEqualTo("event: goodbye\ndata: {\"reconnect_within_ms\":" + millis + "}\n\n");
  }
}
