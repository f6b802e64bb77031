package dev.turnout.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Recorders recorders = new Recorders(Measure.EVERY);
  private final Breaker breaker = new Breaker(recorders);
  private long now;

  private List<Trip> look(Flag flag, boolean paused) {
    now += TimeUnit.MILLISECONDS.toNanos(250);
    Snapshot snapshot =
        new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of(flag.name(), flag));
    return breaker.look(snapshot, Set.of(), paused, now, Instant.EPOCH);
  }

  private static Flag flag(Limit limit) {
    return Flag.named("f").edit().enabled(true).limits(List.of(limit)).done();
  }

  private void calls(int count, boolean failed, long nanos) {
    Recorders.Use use = recorders.use("f", 1, Flag.GA, true);
    for (int i = 0; i < count; i++) {
      use.recorder().calls(Reason.STATIC).increment();
      long start = System.nanoTime() - nanos | 1;
      if (failed) {
        use.recorder().failed(start);
      } else {
        use.recorder().succeeded(start);
      }
    }
  }

  @Test
  void slowCallsAroundAPause_areNotJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.P99, 300));
    calls(1_000, false, 1_000_000);
    assertThat(look(flag, false)).isEmpty();
    calls(100, false, 8_000_000_000L);
    assertThat(look(flag, true)).isEmpty();
    assertThat(look(flag, false)).isEmpty();
    calls(100, false, 8_000_000_000L);
    assertThat(look(flag, false)).hasSize(1);
  }

  @Test
  void errorsAroundAPause_areJudged() {
    Flag flag = flag(Limit.of(Limit.Metric.ERROR_RATE, 5));
    look(flag, false);
    calls(100, true, 1);
    assertThat(look(flag, true)).hasSize(1);
  }

  @Test
  void failuresInARow_areOfAllRingsAndRevisions() {
    Flag flag = flag(Limit.of(Limit.Metric.CONSECUTIVE_FAILURES, 10));
    look(flag, false);
    calls(8, true, 1);
    recorders.use("f", 2, "beta", true).recorder().succeeded(0);
    calls(8, true, 1);
    assertThat(look(flag, false)).isEmpty();
    recorders.use("f", 2, "beta", true).recorder().failed(0);
    calls(2, true, 1);
    assertThat(look(flag, false)).hasSize(1);
  }
}
