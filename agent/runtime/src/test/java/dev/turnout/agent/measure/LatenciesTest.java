package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Latencies latencies = new Latencies();

  @Test
  void futureThatIsDone_hasEndedWhenThatWasSeen_howeverLateItSays() {
    long start = latencies.begin();
    Latencies.Later call = latencies.later(start);
    CompletableFuture<String> future = new CompletableFuture<>();
    call.endsWith(future);
    latencies.settle(start + 250 * MILLI);
    assertThat(latencies.running(start + 250 * MILLI).count()).isEqualTo(1);
    future.complete("done");
    latencies.settle(start + 500 * MILLI);
    latencies.settle(start + 5_000 * MILLI);
    assertThat(latencies.running(start + 5_000 * MILLI).count()).isZero();
    assertThat(latencies.count()).isZero();
    latencies.end(call);
    assertThat(latencies.count()).isEqualTo(1);
    assertThat(latencies.ended().sumNanos()).isBetween(500 * MILLI, 500 * MILLI + 1);
  }

  @Test
  void futureOfTheApplicationsOwnClass_isNotAsked() {
    long start = latencies.begin();
    CompletableFuture<String> own =
        new CompletableFuture<>() {
          @Override
          public boolean isDone() {
            throw new AssertionError("asked");
          }
        };
    latencies.later(start).endsWith(own);
    latencies.settle(start + MILLI);
  }

  @Test
  void callThatWasTakenForDropped_isCountedOnce() {
    Latencies.Later call = latencies.later(latencies.begin());
    assertThat(latencies.forget(call)).isTrue();
    latencies.end(call);
    assertThat(latencies.count()).isZero();
  }
}
