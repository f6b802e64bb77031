package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.FlagContext;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Bucketing;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class GatesTest {
  private int seen;
  private final Gates gates =
      new Gates(new Recorders(Measure.SAMPLED), type -> {}, new NoTroubles());

  /** Declares a gated method, or would. */
  static class Service {}

  /** Has its own {@link Service}, and somebody else holds its lock. */
  private static final class BusyLoader extends ClassLoader {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch free = new CountDownLatch(1);

    BusyLoader() {
      super(GatesTest.class.getClassLoader());
    }

    Class<?> service() throws IOException {
      String file = Service.class.getName().replace('.', '/') + ".class";
      try (InputStream in = GatesTest.class.getClassLoader().getResourceAsStream(file)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(Service.class.getName(), bytes, 0, bytes.length);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(Span.class.getName())) {
        asked.countDown();
        try {
          free.await();
        } catch (InterruptedException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
      return super.loadClass(name, resolve);
    }
  }

  // Else a thread that holds the loader's lock and links a gate would wait for ever.
  @Test
  void gatesLink_whileAClassLoaderIsAskedForItsSpans() throws Exception {
    BusyLoader busy = new BusyLoader();
    GateSite first = link(busy.service());
    CompletableFuture<Void> tracing = CompletableFuture.runAsync(() -> gates.trace(Span.class));
    assertThat(busy.asked.await(10, TimeUnit.SECONDS)).isTrue();
    try {
      assertThat(CompletableFuture.supplyAsync(() -> link(Service.class)))
          .succeedsWithin(10, TimeUnit.SECONDS)
          .isNotSameAs(first);
    } finally {
      busy.free.countDown();
    }
    assertThat(tracing).succeedsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void contextThatOutlivesSeveralChanges_isGivenTheSamePathEachTime() {
    apply(1, 100);
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      apply(2, 0);
      apply(3, 0);
      GatePath path = gate.choose(null);
      assertThat(path.branch).isEqualTo(GatePath.BODY);
      assertThat(gate.choose(null)).isSameAs(path);
    }
    assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
  }

  @Test
  void contextThatIsOpenedAgain_isDecidedAnew() {
    apply(1, 100);
    GateSite gate = link(Service.class);
    FlagContext context = FlagContext.user("u").build();
    Runnable kept;
    try (FlagContext.Scope scope = context.open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      Runnable look = () -> seen = gate.choose(null).branch;
      kept = context.wrap(look);
      apply(2, 0);
      try (FlagContext.Scope within = context.open()) {
        assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      }
    }
    try (FlagContext.Scope scope = context.open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
    kept.run();
    assertThat(seen).as("handed over inside the scope").isEqualTo(GatePath.BODY);
    kept.run();
    assertThat(seen).as("run again").isEqualTo(GatePath.FALLBACK);
  }

  @Test
  void contextThatIsClosedOnAnotherThread_isInForceNoMore() throws Exception {
    apply(1, 100);
    GateSite gate = link(Service.class);
    try (FlagContext.Scope outer = FlagContext.user("outer").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      apply(2, 0);
      FlagContext.Scope inner = FlagContext.user("inner").open();
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      onOtherThread(inner::close);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      onOtherThread(outer::close);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
  }

  private static void onOtherThread(Runnable task) throws InterruptedException {
    Thread thread = new Thread(task);
    thread.start();
    thread.join();
  }

  @Test
  void openContext_goesByTheRulesOfAfterAReset() {
    apply(1, 100);
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      GatePath before = gate.choose(null);
      apply(2, 100);
      assertThat(gate.choose(null)).isSameAs(before);
      apply(full("use_it").revision(3).resetRevision(3));
      GatePath after = gate.choose(null);
      assertThat(after).isNotSameAs(before);
      assertThat(after.branch).isEqualTo(GatePath.BODY);
      assertThat(gate.choose(null)).isSameAs(after);
    }
  }

  @Test
  void killedFlagThatIsRemoved_staysOffInAContextThatItWasOnIn() {
    apply(1, 100);
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
      gates.apply(Decider.compile(Snapshot.EMPTY, Host.UNKNOWN, Set.of(), () -> 0));
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
  }

  @Test
  void flagThatWasDisabledAtFirst_staysOff_inOneScope() {
    apply(full("use_it").enabled(false).revision(1));
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      apply(2, 100);
      GatePath path = gate.choose(null);
      assertThat(path.branch).isEqualTo(GatePath.FALLBACK);
      assertThat(gate.choose(null)).isSameAs(path);
    }
    assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
  }

  @Test
  void flagThatWasKilledAtFirst_isOnInThatScope_onlyOnceItIsReset() {
    FlagEdit killed = full("use_it").revision(1);
    apply(killed.stop(new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "bad", null)));
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      apply(2, 100);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      apply(full("use_it").revision(3).resetRevision(3));
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
    }
  }

  @Test
  void flagThatWasNotKnownAtFirst_isOnInThatScope_onceItIs() {
    GateSite gate = link(Service.class);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      apply(1, 100);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
    }
  }

  @Test
  void flagThatKeptAnotherOff_staysOffForItself_inOneScope() {
    GateSite other = link(Service.class);
    GateSite gate = link(Service.class, "needs", "Service.stop()", "");
    chain(false);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      chain(true);
      assertThat(other.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(other.choose(null).branch).isEqualTo(GatePath.BODY);
    }
  }

  @Test
  void flagThatDependsOnOneThatWasKeptOffAtFirst_isOffToo_inOneScope() {
    GateSite other = link(Service.class);
    GateSite gate = link(Service.class, "needs", "Service.stop()", "");
    chain(false);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(other.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      chain(true);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
    }
  }

  // "needs" needs "use_it", which needs "base".
  private void chain(boolean enabled) {
    apply(
        full("base").enabled(enabled).done(),
        full("use_it").dependencies(List.of("base")).done(),
        full("needs").dependencies(List.of("use_it")).done());
  }

  private static FlagEdit full(String name) {
    return Flag.named(name).edit().percentage(Percentage.FULL);
  }

  // The other one is decided for itself first, and within it.
  @Test
  void flagThatDependsOnAnother_isOnWhereThatOneIs_inOneScope() {
    GateSite other = link(Service.class);
    GateSite gate = link(Service.class, "needs", "Service.stop()", "");
    int[] drawn = {0};
    for (boolean first : new boolean[] {true, false}) {
      for (int i = 0; i < 10; i++) {
        draws(50, () -> drawn[0]++ % 2 == 0 ? 0 : 99_999);
        try (FlagContext.Scope scope = FlagContext.builder().open()) {
          int before = first ? other.choose(null).branch : gate.choose(null).branch;
          assertThat(first ? gate.choose(null).branch : other.choose(null).branch)
              .isEqualTo(before);
        }
      }
    }
  }

  @Test
  void flagThatDependsOnOneThatWasOffAtFirst_isOffToo_inOneScope() {
    GateSite other = link(Service.class);
    GateSite gate = link(Service.class, "needs", "Service.stop()", "");
    draws(0, () -> 0);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(other.choose(null).branch).isEqualTo(GatePath.FALLBACK);
      draws(100, () -> 0);
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.FALLBACK);
    }
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
    }
  }

  @Test
  void keyOfTheContext_decidesItsGate_thoughAnotherFlagAskedFirst() {
    GateSite byTenant = link(Service.class, "use_it", "Service.play()", "tenant");
    GateSite gate = link(Service.class, "needs", "Service.stop()", "");
    draws(50, () -> 0);
    int seed = Bucketing.seed("use_it");
    for (int i = 0; i < 20; i++) {
      String tenant = "tenant-" + i;
      boolean on = Bucketing.bucket(tenant, seed) < Percentage.BUCKETS / 2;
      try (FlagContext.Scope scope = FlagContext.user("u" + i).tenant(tenant).open()) {
        var unused = gate.choose(null);
        assertThat(byTenant.choose(null).branch).isEqualTo(on ? GatePath.BODY : GatePath.FALLBACK);
      }
    }
  }

  private void draws(double percent, IntSupplier draw) {
    Flag other = Flag.named("use_it").edit().percentage(Percentage.of(percent)).revision(1).done();
    Flag needs =
        Flag.named("needs")
            .edit()
            .percentage(Percentage.FULL)
            .dependencies(List.of("use_it"))
            .revision(1)
            .done();
    Map<String, Flag> flags = Map.of("use_it", other, "needs", needs);
    Snapshot snapshot = new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), draw));
  }

  // By a thread that had asked who links gates just before they were released.
  @Test
  void gateThatIsLinkedAfterTheRelease_runsTheMethodAsWritten() {
    apply(1, 0);
    gates.release();
    GateSite gate = link(Service.class);
    assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
    apply(2, 0);
    assertThat(gate.choose(null).branch).isEqualTo(GatePath.BODY);
  }

  private void apply(long revision, double percent) {
    apply(Flag.named("use_it").edit().percentage(Percentage.of(percent)).revision(revision));
  }

  private void apply(FlagEdit edited) {
    apply(edited.done());
  }

  private void apply(Flag... given) {
    Map<String, Flag> flags = new HashMap<>();
    for (Flag flag : given) {
      flags.put(flag.name(), flag);
    }
    Snapshot snapshot = new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }

  private GateSite link(Class<?> owner) {
    return link(owner, "use_it", "Service.play()", "");
  }

  private GateSite link(Class<?> owner, String flag, String method, String keyAttribute) {
    MethodHandles.Lookup caller = MethodHandles.lookup().in(owner);
    return gates.link(caller, flag, method, "", keyAttribute, GateLinker.ROUTE, "", "", "");
  }
}
