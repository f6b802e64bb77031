package dev.turnout.server.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlackoutTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  // 2026-03-27 is a Friday; Berlin is at +01:00, and from the 29th, 02:00, at +02:00.
  @ParameterizedTest
  @CsvSource({
    "2026-03-27T16:59:59Z, false",
    "2026-03-27T17:00:00Z, true",
    "2026-03-28T06:59:59Z, true",
    "2026-03-28T07:00:00Z, false",
    // A Saturday's evening begins nothing, though Friday's does.
    "2026-03-28T17:00:00Z, false",
  })
  void overNight_endsTheNextMorning(Instant now, boolean inside) {
    assertThat(weekly(DayOfWeek.FRIDAY, "18:00", "08:00").includes(now)).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29T05:59:59Z, true",
    "2026-03-29T06:00:00Z, false",
  })
  void clockThatWasPutForward_isTheClockThatCounts(Instant now, boolean inside) {
    assertThat(weekly(DayOfWeek.SATURDAY, "18:00", "08:00").includes(now)).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-26T23:00:00Z, true",
    "2026-03-27T22:59:59Z, true",
    "2026-03-27T23:00:00Z, false",
  })
  void sameTimes_areTheWholeDay(Instant now, boolean inside) {
    assertThat(weekly(DayOfWeek.FRIDAY, "00:00", "00:00").includes(now)).isEqualTo(inside);
  }

  private static Blackout weekly(DayOfWeek day, String from, String to) {
    return new Blackout.Weekly(
        "n", Set.of(day), LocalTime.parse(from), LocalTime.parse(to), BERLIN);
  }
}
