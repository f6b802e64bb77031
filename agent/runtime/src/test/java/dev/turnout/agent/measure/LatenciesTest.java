package dev.turnout.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Latencies latencies = new Latencies();

  @AfterEach
  void readCoarse() {
    Latencies.readCoarse(System.nanoTime());
  }

  // One place, as of one thread: where calls hang, their threads' ids meet soon enough.
  @Test
  void moreCallsThatHangThanThereArePlaces_areSeen() {
    for (int i = 1; i <= 200; i++) {
      long start = latencies.begin();
      assertThat(latencies.running(start).count()).isEqualTo(i);
      Latencies.readCoarse(start + 2_000 * MILLI);
      latencies.makeRoom();
    }
    assertThat(latencies.marked(System.nanoTime()).count()).isZero();
    assertThat(latencies.running(System.nanoTime() + 5_000 * MILLI).above(4e9)).isEqualTo(200);
  }

  @Test
  void callThatRunsForLong_isSeenUntilItEnds() throws InterruptedException {
    long slow = latencies.begin();
    Latencies.readCoarse(System.nanoTime());
    latencies.makeRoom();
    latencies.end(latencies.begin());
    assertThat(latencies.running(System.nanoTime()).count()).isEqualTo(1);
    Thread.sleep(1_100);
    Latencies.readCoarse(System.nanoTime());
    latencies.makeRoom();
    long other = latencies.begin();
    assertThat(latencies.running(System.nanoTime()).count()).isEqualTo(2);
    latencies.end(slow);
    assertThat(latencies.running(System.nanoTime()).count()).isEqualTo(1);
    latencies.end(other);
    assertThat(latencies.running(System.nanoTime()).count()).isZero();
  }

  @Test
  void callsThatRunForLongAndGoOnElsewhere_orAreCancelled_areForgotten()
      throws InterruptedException {
    long cancelled = latencies.begin();
    Latencies.readCoarse(System.nanoTime() + 2_000 * MILLI);
    latencies.makeRoom();
    long goesOn = latencies.begin();
    Latencies.readCoarse(System.nanoTime() + 4_000 * MILLI);
    latencies.makeRoom();
    assertThat(latencies.running(System.nanoTime()).count()).isEqualTo(2);
    Thread.sleep(600);
    latencies.cancel(cancelled);
    latencies.end(latencies.later(goesOn));
    assertThat(latencies.running(System.nanoTime()).count()).isZero();
  }

  // As on a machine that was restored from an image of itself.
  @Test
  void callThatEndsBeforeItBegan_tookNoTime() {
    latencies.end(System.nanoTime() + 5_000 * MILLI | 1);
    assertThat(latencies.ended().sumNanos()).isZero();
    assertThat(latencies.count()).isEqualTo(1);
  }

  @Test
  void markedCallThatRunsForLong_isSeenUntilItEnds() {
    long now = System.nanoTime();
    Latencies.readCoarse(now);
    long slow = latencies.mark();
    assertThat(latencies.mark()).isZero();
    Latencies.readCoarse(now + 2_000 * MILLI);
    latencies.makeRoom();
    long other = latencies.mark();
    assertThat(other).isNotZero();
    assertThat(latencies.marked(now + 2_000 * MILLI).count()).isEqualTo(2);
    assertThat(latencies.running(now + 2_000 * MILLI).count()).isZero();
    latencies.unmark(slow);
    assertThat(latencies.marked(now + 2_000 * MILLI).count()).isEqualTo(1);
    latencies.unmark(other);
    assertThat(latencies.marked(now + 2_000 * MILLI).count()).isZero();
  }

  // What stays would be taken to hang for ever.
  @Test
  void callsThatEndWhileTheyAreMoved_leaveNothingBehind() throws Exception {
    long now = System.nanoTime();
    Latencies.readCoarse(now);
    AtomicBoolean over = new AtomicBoolean();
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      callers.add(
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  long mark = latencies.mark();
                  if (mark != 0) {
                    latencies.unmark(mark);
                  }
                }
              },
              task -> new Thread(task).start()));
    }
    for (int i = 0; i < 5_000; i++) {
      now += 2_000 * MILLI;
      Latencies.readCoarse(now);
      LockSupport.parkNanos(50_000);
      latencies.makeRoom();
    }
    over.set(true);
    for (CompletableFuture<Void> caller : callers) {
      caller.get();
    }
    assertThat(latencies.marked(now).count()).isZero();
  }

  @Test
  void callsThatHangBeyondAllBounds_areSeenUpToThat() {
    LongCalls calls = new LongCalls();
    for (int i = 0; i < LongCalls.MOST; i++) {
      assertThat(calls.add(i / 2)).isTrue();
    }
    assertThat(calls.add(1)).isFalse();
    calls.remove(0);
    calls.remove(0);
    calls.remove(0);
    assertThat(calls.add(1)).isTrue();
    assertThat(calls.add(1)).isTrue();
    assertThat(calls.add(1)).isFalse();
  }

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
    assertThat(latencies.running(start + 5_000 * MILLI).count()).isEqualTo(1);
    assertThat(latencies.running(start + 5_000 * MILLI).above(600.0 * MILLI)).isZero();
    assertThat(latencies.count()).isZero();
    latencies.end(call);
    assertThat(latencies.running(start + 5_000 * MILLI).count()).isZero();
    assertThat(latencies.count()).isEqualTo(1);
    assertThat(latencies.ended().sumNanos()).isBetween(500 * MILLI, 500 * MILLI + 1);
  }

  // Who asks keeps it from being collected, by collectors that mark for as long as a look takes.
  @Test
  void futureThatIsWaitedForLong_isAskedTheLessOften() {
    long start = latencies.begin();
    CompletableFuture<String> future = new CompletableFuture<>();
    Latencies.Later call = latencies.later(start);
    call.endsWith(future);
    latencies.settle(start + 160_000 * MILLI);
    future.complete("done");
    latencies.settle(start + 169_000 * MILLI);
    assertThat(latencies.running(start + 300_000 * MILLI).above(200_000.0 * MILLI)).isEqualTo(1);
    latencies.settle(start + 171_000 * MILLI);
    assertThat(latencies.running(start + 300_000 * MILLI).above(200_000.0 * MILLI)).isZero();
    // Held until now: one that nobody holds is over.
    latencies.end(call);
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
