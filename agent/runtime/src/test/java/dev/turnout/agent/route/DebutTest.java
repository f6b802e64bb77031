package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Variants;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DebutTest {
  private final Recorders recorders = new Recorders(Measure.SAMPLED);
  private final Gates gates = new Gates(recorders, type -> {}, new NoTroubles());

  private static RoutedGate link(Gates gates) {
    return (RoutedGate)
        gates.link(
            MethodHandles.lookup(), "f", "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
  }

  private static void apply(Gates gates, long revision, double percent) {
    apply(
        gates, Flag.named("f").edit().percentage(Percentage.of(percent)).revision(revision).done());
  }

  private static void apply(Gates gates, Flag flag) {
    Map<String, Flag> flags = Map.of("f", flag);
    Snapshot snapshot =
        new Snapshot("", 1, flag.revision(), Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }

  private int debuts() {
    gates.seeDebuts();
    return recorders.debuts("f", Variants.ON);
  }

  @Test
  void firstCallOfTheNewPath_isCountedOnce() {
    apply(gates, 1, 100);
    RoutedGate gate = link(gates);
    assertThat(debuts()).isZero();
    var unused = gate.choose(null);
    assertThat(debuts()).isEqualTo(1);
    unused = gate.choose(null);
    apply(gates, 2, 50);
    unused = gate.choose(null);
    assertThat(debuts()).isEqualTo(1);
  }

  @Test
  void firstCallJustBeforeAChange_isCounted() {
    apply(gates, 1, 100);
    RoutedGate gate = link(gates);
    var unused = gate.choose(null);
    apply(gates, 2, 0);
    assertThat(debuts()).isEqualTo(1);
  }

  @Test
  void callsOfTheFallback_areNoDebut_andTheFirstThatIsNoneOfThemIs() {
    apply(gates, 1, 0);
    RoutedGate gate = link(gates);
    var unused = gate.choose(null);
    assertThat(debuts()).isZero();
    apply(gates, 2, 100);
    unused = gate.choose(null);
    assertThat(debuts()).isEqualTo(1);
  }

  // At once, and not when somebody looks: the compiler would take what first calls do for what all
  // do, and each would cost more for good.
  @Test
  void gateThatWasCalled_hasOnePathForAllCallsAgain() {
    apply(gates, 1, 100);
    RoutedGate gate = link(gates);
    assertThat(gate.always()).isNull();
    GatePath path = gate.choose(null);
    assertThat(gate.always()).isSameAs(path);
    assertThat(debuts()).isEqualTo(1);
  }

  @Test
  void eachVariantsFirstCall_isCounted_theLastToo() {
    Variants halves = Variants.of(Map.of("a", Percentage.of(50), "b", Percentage.of(50)));
    apply(gates, Flag.named("f").edit().percentage(Percentage.of(100)).variants(halves).done());
    RoutedGate gate = link(gates);
    Set<String> called = new HashSet<>();
    for (int user = 0; called.size() < 2; user++) {
      called.add(((RecordedPath) gate.choose("user-" + user)).variant());
      gates.seeDebuts();
      assertThat(recorders.debuts("f", "a") + recorders.debuts("f", "b")).isEqualTo(called.size());
    }
  }

  @Test
  void gateThatNeedNotBeSeen_hasOnePathForAllCallsFromTheFirst() {
    RoutedGate off = link(gates);
    apply(gates, 1, 0);
    assertThat(off.always()).isNotNull();
    Gates silent = new Gates(new Recorders(Measure.OFF), type -> {}, new NoTroubles());
    apply(silent, 1, 100);
    assertThat(link(silent).always()).isNotNull();
  }
}
