package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.FlagContext;
import dev.turnout.FlagContextAccessor;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A context that goes along with Reactor's, as the user guide has a reactive server do it. */
class ReactorContextTest {
  private final Gates gates =
      new Gates(new Recorders(Measure.SAMPLED), type -> {}, new NoTroubles());
  private final GateSite gate =
      gates.link(
          MethodHandles.lookup(), "f", "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
  private final List<@Nullable String> users = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void contextsAreCarried() {
    Hooks.enableAutomaticContextPropagation();
  }

  @AfterAll
  static void contextsAreCarriedNoMore() {
    Hooks.disableAutomaticContextPropagation();
  }

  @Test
  void contextOfASubscription_isInForceOnEachOfItsThreads_andNowhereElse() {
    apply(100);
    Mono<List<Integer>> request =
        filter("ann", Flux.range(0, 3).concatMap(i -> call()).collectList());
    assertThat(request.block()).containsOnly(GatePath.BODY);
    assertThat(users).containsExactly("ann", "ann", "ann");
    assertThat(user()).isNull();
    assertThat(Mono.fromCallable(ReactorContextTest::user).defaultIfEmpty("nobody").block())
        .isEqualTo("nobody");
  }

  @Test
  void contextOfASubscription_keepsItsDecisions_andTheNextHasItsOwn() {
    apply(100);
    Mono<List<Integer>> request =
        filter(
            "ann",
            call().concatWith(Mono.fromRunnable(() -> apply(0))).concatWith(call()).collectList());
    assertThat(request.block()).containsExactly(GatePath.BODY, GatePath.BODY);
    assertThat(request.block()).containsOnly(GatePath.FALLBACK);
  }

  @Test
  void scopeThatIsOpenAroundBlock_goesAlong() {
    apply(100);
    try (FlagContext.Scope scope = FlagContext.user("ann").open()) {
      assertThat(call().block()).isEqualTo(GatePath.BODY);
    }
    assertThat(users).containsExactly("ann");
  }

  @Test
  void monoThatIsKept_keepsItsPath_unlessItIsDeferred() {
    apply(100);
    Mono<Integer> kept = assembled();
    Mono<Integer> deferred = Mono.defer(this::assembled);
    apply(0);
    assertThat(kept.block()).isEqualTo(GatePath.BODY);
    assertThat(deferred.block()).isEqualTo(GatePath.FALLBACK);
  }

  // As a gated method does: the gate is asked where the method is called.
  private Mono<Integer> assembled() {
    int branch = gate.choose(null).branch;
    return Mono.fromCallable(() -> branch);
  }

  // As a scope around what is only put together there: it is closed when the first call comes.
  @Test
  void scopeAroundTheAssembly_isClosedBeforeAnythingIsSubscribed() {
    Mono<String> later;
    try (FlagContext.Scope scope = FlagContext.user("ann").open()) {
      later = Mono.fromCallable(ReactorContextTest::user).defaultIfEmpty("nobody");
    }
    assertThat(later.block()).isEqualTo("nobody");
  }

  // What the recipe of docs/agent.md returns.
  private static <T> Mono<T> filter(String user, Mono<T> chain) {
    return chain.contextWrite(
        context -> context.put(FlagContextAccessor.KEY, FlagContext.user(user).build()));
  }

  // On a thread of its own, after another that it came over.
  private Mono<Integer> call() {
    return Mono.delay(Duration.ofMillis(1))
        .publishOn(Schedulers.boundedElastic())
        .map(
            tick -> {
              users.add(user());
              return gate.choose(null).branch;
            });
  }

  private static @Nullable String user() {
    FlagContext open = FlagContext.current();
    return open == null ? null : open.attributes().get(FlagContext.USER);
  }

  private void apply(double percent) {
    Flag flag = Flag.named("f").edit().percentage(Percentage.of(percent)).revision(1).done();
    Snapshot snapshot =
        new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of("f", flag));
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }
}
