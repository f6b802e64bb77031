package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Trip;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReportPaceTest {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration HALF = Duration.ofMillis(500);
  private static final Trip ONE = trip("one");
  private static final Trip OTHER = trip("other");

  private final ReportPace pace = new ReportPace(INTERVAL, new SplittableRandom(1));

  private static Trip trip(String flag) {
    return new Trip(flag, null, 1, "error_rate > 5 %", "x", 50, 100, 50, Instant.EPOCH);
  }

  private Duration failed(Trip... trips) {
    return pace.failed(List.of(trips), Duration.ZERO);
  }

  @Test
  void failures_areFollowedByLongerAndLongerWaits_untilAReportIsAccepted() {
    for (long seconds : new long[] {4, 8, 16, 30, 30, 30}) {
      Duration ceiling = Duration.ofSeconds(seconds);
      assertThat(failed()).isBetween(ceiling.dividedBy(2), ceiling);
    }
    assertThat(pace.accepted(List.of())).isEqualTo(INTERVAL);
    assertThat(failed()).isLessThanOrEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void waits_differFromOneJvmToTheNext() {
    ReportPace other = new ReportPace(INTERVAL, new SplittableRandom(2));
    assertThat(failed()).isNotEqualTo(other.failed(List.of(), Duration.ZERO));
  }

  @Test
  void tripThatIsNew_isTriedTwiceASecond_andThenEveryFewSeconds() {
    assertThat(pace.accepted(List.of(ONE))).isEqualTo(INTERVAL);
    assertThat(failed(ONE)).as("known").isGreaterThanOrEqualTo(INTERVAL);
    for (int i = 0; i < 10; i++) {
      assertThat(failed(ONE, OTHER)).isLessThanOrEqualTo(HALF);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(failed(ONE, OTHER)).isLessThanOrEqualTo(ReportPace.LONGEST_OF_TRIPS);
    }
    assertThat(failed(ONE, OTHER)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(failed(ONE, OTHER, trip("third"))).as("one more").isLessThanOrEqualTo(HALF);
  }

  @Test
  void flagThatTripsAgain_isNew() {
    assertThat(pace.accepted(List.of(ONE))).isEqualTo(INTERVAL);
    Trip later =
        new Trip("one", null, 3, "error_rate > 5 %", "x", 50, 100, 50, Instant.EPOCH.plusMillis(1));
    assertThat(failed(later)).isLessThanOrEqualTo(HALF);
  }

  @Test
  void retryAfter_isObeyed_forSecondsOnlyWhileThereIsATripToTell() {
    Duration minutes = Duration.ofMinutes(5);
    assertThat(pace.failed(List.of(), minutes)).isEqualTo(minutes);
    assertThat(pace.failed(List.of(ONE), minutes)).isEqualTo(ReportPace.LONGEST_OF_TRIPS);
    assertThat(pace.failed(List.of(ONE), Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
  }
}
