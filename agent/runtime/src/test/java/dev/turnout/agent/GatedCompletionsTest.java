package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls that go on after their method returned, and calls that somebody gave up. */
class GatedCompletionsTest extends GatedSubjects {
  @ParameterizedTest
  @MethodSource("cancellations")
  void cancellation_isNoError_andIsNeverRecoveredFrom(Exception cancellation) throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts off = counts(false);
    assertThatThrownBy(() -> call("failing", "u", cancellation)).isSameAs(cancellation);
    assertThatThrownBy(() -> call("recoveringFrom", "u", cancellation)).isSameAs(cancellation);
    CompletableFuture<String> given = new CompletableFuture<>();
    call("later", "u", given);
    given.completeExceptionally(cancellation);
    assertThat(counts(true).errors()).isZero();
    assertThat(counts(false).calls()).isEqualTo(off.calls());
    assertThat(call("recoveringFrom", "u", new IOException())).isEqualTo("recovered");
  }

  // Callers that wait no longer would hide that nobody gets an answer.
  @Test
  void callsThatAreGivenUp_endNoRowOfFailures_andAreNotAmongTheCalls() throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts before = counts(true);
    IOException failure = new IOException();
    assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    CompletableFuture<String> future = new CompletableFuture<>();
    call("later", "u", future);
    future.cancel(true);
    Duration soon = Duration.ofMillis(20);
    Mono<?> mono = (Mono<?>) call("givenMono", "u", Mono.never());
    assertThat(mono.timeout(soon, Mono.empty()).block()).isNull();
    Flux<?> flux = (Flux<?>) call("givenFlux", "u", Flux.never());
    assertThat(flux.timeout(soon, Mono.empty()).blockLast()).isNull();
    InterruptedException interrupt = new InterruptedException();
    assertThatThrownBy(() -> call("failing", "u", interrupt)).isSameAs(interrupt);
    assertThatThrownBy(() -> call("failing", "u", failure)).isSameAs(failure);
    PathCounts after = counts(true);
    assertThat(after.consecutiveErrors()).isEqualTo(2);
    assertThat(after.calls()).isEqualTo(before.calls() + 2);
    assertThat(after.errors()).isEqualTo(before.errors() + 2);
    assertThat(after.latency().count()).isEqualTo(before.latency().count() + 6);
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();
  }

  static List<Exception> cancellations() {
    return List.of(
        new InterruptedException(),
        new ClosedByInterruptException(),
        new CancellationException() {});
  }

  // Of what the path itself has cancelled, perhaps: it may be all that a dead one ever answers.
  @Test
  void plainCancellationThatIsThrown_isAnError_unlessTheCallerIsInterrupted() throws Exception {
    turn("f: {percentage: 100}", "new");
    CancellationException thrown = new CancellationException();
    assertThat(call("recoveringFrom", "u", thrown)).isEqualTo("recovered");
    long errors = counts(true).errors();
    assertThat(errors).isPositive();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> call("recoveringFrom", "u", thrown)).isSameAs(thrown);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    CompletableFuture<String> given = new CompletableFuture<>();
    call("later", "u", given);
    given.completeExceptionally(thrown);
    assertThat(counts(true).errors()).isEqualTo(errors);
    assertThat(runtime.engine().recorders().cancelled("f", "on")).isEqualTo(2);
  }

  // Nobody can ever complete them: they are no calls that hang.
  @Test
  void futuresThatWereDropped_haveEnded() throws Exception {
    turn("f: {percentage: 100}", "new");
    long before = counts(true).calls();
    for (int i = 0; i < 20; i++) {
      call("later", "u", new CompletableFuture<>());
    }
    await()
        .until(
            () -> {
              System.gc();
              return runtime.engine().recorders().inFlight("f", true).count() == 0;
            });
    assertThat(counts(true).calls()).isEqualTo(before + 20);
    CompletableFuture<String> kept = new CompletableFuture<>();
    call("later", "u", kept);
    System.gc();
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isEqualTo(1);
    kept.complete("done");
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();
  }

  @Test
  void future_isMeasuredToItsEnd_andIsTheSameObject() throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts before = counts(true);
    CompletableFuture<String> given = new CompletableFuture<>();
    assertThat(call("later", "u", given)).isSameAs(given);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isEqualTo(1);
    given.complete("done");
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 1);
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();

    CompletableFuture<String> failing = new CompletableFuture<>();
    call("later", "u", failing);
    failing.completeExceptionally(new IllegalStateException("later"));
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);

    CompletableFuture<String> cancelled = new CompletableFuture<>();
    call("later", "u", cancelled);
    cancelled.cancel(true);
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 2);

    CompletableFuture<String> withoutCause = new CompletableFuture<>();
    call("later", "u", withoutCause);
    withoutCause.completeExceptionally(new CompletionException("boom", null));
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 2);
    assertThat(call("later", "u", null)).isNull();
    assertThat(((CompletionStage<?>) call("laterOrElse", "u")).toCompletableFuture().join())
        .isEqualTo("recovered");
  }

  // They run before the agent hears of the end, for they were added later.
  @Test
  void whatCallersDoWithAFuture_isNoPartOfTheCall() throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts before = counts(true);
    CompletableFuture<String> given = new CompletableFuture<>();
    assertThat(call("later", "u", given)).isSameAs(given);
    CountDownLatch working = new CountDownLatch(1);
    CompletableFuture<Void> answered =
        given.thenAccept(
            done -> {
              try {
                working.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    CompletableFuture<Boolean> completing = CompletableFuture.supplyAsync(() -> given.complete(""));
    await().until(given::isDone);
    Thread.sleep(1_500);
    Histogram running = runtime.engine().recorders().inFlight("f", true);
    assertThat(running.above(Duration.ofMillis(1_200).toNanos())).isZero();
    assertThat(answered).isNotDone();
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    working.countDown();
    assertThat(completing.get()).isTrue();
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 1);
    Histogram latency = counts(true).latency().minus(before.latency());
    assertThat(latency.above(Duration.ofMillis(1_200).toNanos())).isZero();
  }

  @Test
  void stageThatIsAPublisherToo_isNotAskedForItsEnd_andEndsOnItsReturn() throws Exception {
    turn("f: {percentage: 100}", "new");
    List<LazyStages.LazyStage> lazy =
        List.of(
            new LazyStages.OfTheJdk(),
            new LazyStages.Inherited(),
            new LazyStages.OfReactiveStreams());
    for (LazyStages.LazyStage stage : lazy) {
      PathCounts before = counts(true);
      assertThat(call("stage", "u", stage)).isSameAs(stage);
      assertThat(stage.begun).isFalse();
      assertThat(counts(true).calls()).isEqualTo(before.calls() + 1);
      assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();
    }
    PathCounts before = counts(true);
    LazyStages.LazyStage eager = new LazyStages.Eager();
    assertThat(call("stage", "u", eager)).isSameAs(eager);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    eager.complete("done");
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 1);
  }

  @Test
  void futureThatIsReturnedAgainAndAgain_isNotFilledUp() throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts before = counts(true);
    CompletableFuture<String> shared = new CompletableFuture<>();
    int calls = 100_000;
    for (int i = 0; i < calls; i++) {
      call("later", "u", shared);
    }
    assertThat(shared.getNumberOfDependents()).isLessThan(70_000);
    shared.complete("done");
    assertThat(counts(true).calls()).isEqualTo(before.calls() + calls);
    // And the next is followed again.
    CompletableFuture<String> next = new CompletableFuture<>();
    call("later", "u", next);
    assertThat(counts(true).calls()).isEqualTo(before.calls() + calls);
    next.complete("done");
    assertThat(counts(true).calls()).isEqualTo(before.calls() + calls + 1);
  }

  @Test
  void manyFuturesThatNeverComplete_hideNoFailure() throws Exception {
    turn("f: {percentage: 100}", "new");
    for (int i = 0; i < 70_000; i++) {
      call("later", "u", new CompletableFuture<>());
    }
    PathCounts before = counts(true);
    CompletableFuture<String> failing = new CompletableFuture<>();
    call("later", "u", failing);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    failing.completeExceptionally(new IllegalStateException("later"));
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);
  }

  @Test
  void reactor_eachSubscriptionIsACall() throws Exception {
    turn("f: {percentage: 100}", "new");
    PathCounts before = counts(true);
    Mono<?> mono = (Mono<?>) call("mono", "u", false);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    assertThat(mono.block()).isEqualTo("new");
    assertThat(mono.block()).isEqualTo("new");
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 2);
    Mono<?> failing = (Mono<?>) call("mono", "u", true);
    assertThatThrownBy(failing::block).hasMessage("later");
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);
    assertThat(((Flux<?>) call("flux", "u")).collectList().block()).hasToString("[0, 1, 2]");
    assertThat(((Flux<?>) call("flux", "u")).blockFirst()).isEqualTo(0);
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 5);
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();
    turn("f: {percentage: 0}", "old");
    assertThat(((Mono<?>) call("mono", "u", true)).block()).isEqualTo("old");
  }

  @Test
  void reactor_keepsWhatTheApplicationCalledIt() throws Exception {
    turn("f: {percentage: 100}", "new");
    Mono<?> named =
        Mono.fromCallable(() -> "x").name("first").tag("a", "1").name("last").tag("a", "2").hide();
    Object followed = call("givenMono", "u", named);
    assertThat(followed).isNotSameAs(named);
    assertThat(Scannable.from(followed).name()).isEqualTo("last");
    assertThat(Scannable.from(followed).tagsDeduplicated()).isEqualTo(Map.of("a", "2"));
    assertThat(((Mono<?>) followed).block()).isEqualTo("x");
    Object tagged = call("givenFlux", "u", Flux.range(0, 1).tag("b", "3").map(i -> i));
    assertThat(Scannable.from(tagged).tagsDeduplicated()).isEqualTo(Map.of("b", "3"));
    Scannable unnamed = Scannable.from(call("flux", "u"));
    assertThat(unnamed.name()).isEqualTo(unnamed.stepName());
  }

  /** Returns what the gated method made of it, having checked that it counted at once. */
  private Object given(Object publisher, int errors) throws Exception {
    PathCounts before = counts(true);
    Object returned =
        call(publisher instanceof Mono<?> ? "givenMono" : "givenFlux", "u", publisher);
    assertThat(counts(true).calls()).isEqualTo(before.calls() + 1);
    assertThat(counts(true).errors()).isEqualTo(before.errors() + errors);
    assertThat(runtime.engine().recorders().inFlight("f", true).count()).isZero();
    return returned;
  }

  @Test
  void reactor_whatIsThereAlready_countsWhenItIsReturned_andStaysWhatItIs() throws Exception {
    turn("f: {percentage: 100}", "new");
    List<Object> ready =
        List.of(
            Mono.just("a"),
            Mono.empty(),
            Mono.justOrEmpty((Object) null),
            Flux.just("a"),
            Flux.empty());
    for (Object publisher : ready) {
      assertThat(given(publisher, 0)).isSameAs(publisher).isInstanceOf(Callable.class);
    }
    Mono<?> failedMono = Mono.error(new IllegalStateException("at once"));
    assertThat(given(failedMono, 1)).isSameAs(failedMono);
    Flux<?> failedFlux = Flux.error(new IllegalStateException("at once"));
    assertThat(given(failedFlux, 1)).isSameAs(failedFlux);
    Mono<?> cancelled = Mono.error(new CancellationException());
    PathCounts before = counts(true);
    assertThat(call("givenMono", "u", cancelled)).isSameAs(cancelled);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    assertThat(counts(true).errors()).isEqualTo(before.errors());
  }

  @Test
  void reactor_failureThatIsYetToBeMade_isMadeBySubscribersOnly() throws Exception {
    turn("f: {percentage: 100}", "new");
    AtomicInteger made = new AtomicInteger();
    Mono<?> failing = Mono.error(() -> new IllegalStateException("made " + made.incrementAndGet()));
    PathCounts before = counts(true);
    Mono<?> returned = (Mono<?>) call("givenMono", "u", failing);
    assertThat(made).hasValue(0);
    assertThat(counts(true).calls()).isEqualTo(before.calls());
    assertThatThrownBy(returned::block).hasMessage("made 1");
    assertThat(counts(true).errors()).isEqualTo(before.errors() + 1);
  }
}
