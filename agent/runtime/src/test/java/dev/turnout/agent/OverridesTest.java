package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.NoTroubles;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
  private final Gates gates =
      new Gates(new Recorders(Measure.SAMPLED), type -> {}, new NoTroubles());

  private static Overrides environment(String name, String value) {
    return Overrides.read(new Properties(), Map.of(name, value));
  }

  @ParameterizedTest
  @CsvSource({
    "on,100",
    "1,100",
    "TRUE,100",
    "off,0",
    "0,0",
    "25,25",
    "1%,1",
    "1 %,1",
    "0.5,0.5",
    "100,100"
  })
  void value(String value, double percent) {
    Overrides.Override pinned = environment("TURNOUT_FLAG_USE_IT", value).of("use_it");
    assertThat(pinned).isNotNull();
    assertThat(pinned.share()).isEqualTo(Percentage.of(percent));
  }

  @ParameterizedTest
  @CsvSource({"maybe", "101", "-1", "NaN", "25f", "0x1p4", "1e1", "%", "''"})
  void wrongValue_saysWhatWouldBeRight(String value) {
    Overrides overrides = environment("TURNOUT_FLAG_USE_IT", value);
    assertThat(overrides.of("use_it")).isNull();
    assertThat(overrides.problems())
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("TURNOUT_FLAG_USE_IT must be on, off, 1, 0 or a percentage");
  }

  @Test
  void names_inVariablesHaveUnderscores_propertiesWin() {
    Properties system = new Properties();
    system.setProperty("turnout.flag.use.it-now", "off");
    Overrides overrides =
        Overrides.read(
            system, Map.of("TURNOUT_FLAG_USE_IT_NOW", "on", "TURNOUT_FLAG_OTHER_1", "on"));
    assertThat(overrides.of("use.it-now").origin()).isEqualTo("-Dturnout.flag.use.it-now");
    assertThat(overrides.of("other.1").origin()).isEqualTo("TURNOUT_FLAG_OTHER_1");
    assertThat(overrides.of("else")).isNull();
  }

  @Test
  void inVain_isWhatNoFlagIsCalled() {
    Properties system = new Properties();
    system.setProperty("turnout.flag.a", "on");
    system.setProperty("turnout.flag.typo", "on");
    Overrides overrides =
        Overrides.read(system, Map.of("TURNOUT_FLAG_B_1", "on", "TURNOUT_FLAG_TYPE", "on"));
    assertThat(overrides.inVain(List.of("a", "b-1")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("-Dturnout.flag.typo: this JVM has no gate of"),
            line -> assertThat(line).startsWith("TURNOUT_FLAG_TYPE: "));
  }

  @Test
  void variableWithLowerCase_pinsNothing_andIsToldWithTheNameThatWould() {
    Overrides overrides = environment("TURNOUT_FLAG_useNewPlay", "off");
    assertThat(overrides.of("useNewPlay")).isNull();
    assertThat(overrides.problems())
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("TURNOUT_FLAG_useNewPlay pins nothing")
        .contains("TURNOUT_FLAG_USENEWPLAY");
    assertThat(overrides.inVain(List.of("useNewPlay"))).isEmpty();
  }

  private GateSite gate(String flag) {
    return gates.link(MethodHandles.lookup(), flag, "m", "", "", 0, "", "", "");
  }

  @Test
  void flagInNoSnapshot_goesByItsPin() {
    Rulebook rules =
        new Rulebook(
            Host.UNKNOWN, all -> gates.apply(all.decider()), environment("TURNOUT_FLAG_F", "on"));
    rules.gated("f");
    assertThat(gate("f").choose(null).branch).isEqualTo(GatePath.BODY);
  }

  @Test
  void pin_winsOverPercentageAndCanaries_notOverAKill() {
    Rulebook rules =
        new Rulebook(
            Host.UNKNOWN, all -> gates.apply(all.decider()), environment("TURNOUT_FLAG_F", "off"));
    Flag flag =
        Flag.named("f")
            .edit()
            .enabled(true)
            .percentage(Percentage.of(100))
            .canary(new Canary(Set.of(), Set.of(), Set.of("u")))
            .done();
    CanaryMode canary = new CanaryMode(true, Set.of("u"));
    rules.server(snapshot(canary, flag));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.FALLBACK);

    Rulebook pinnedOn =
        new Rulebook(
            Host.UNKNOWN, all -> gates.apply(all.decider()), environment("TURNOUT_FLAG_F", "on"));
    Stop stop = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "because", null);
    pinnedOn.server(snapshot(CanaryMode.OFF, flag.edit().enabled(false).done()));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.BODY);
    pinnedOn.server(snapshot(CanaryMode.OFF, flag.edit().stop(stop).done()));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.FALLBACK);
  }

  // Of a hundred thousand keys it is one.
  @ParameterizedTest
  @CsvSource({"off", "0.001"})
  void pinToAShare_winsOverTheCanariesOfTheEnvironment(String share) {
    Rulebook rules =
        new Rulebook(
            Host.UNKNOWN, all -> gates.apply(all.decider()), environment("TURNOUT_FLAG_F", share));
    CanaryMode canary = new CanaryMode(true, Set.of("u"));
    rules.server(snapshot(canary, Flag.named("f"), Flag.named("other")));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.FALLBACK);
    assertThat(gate("other").choose("u").branch).isEqualTo(GatePath.BODY);
  }

  @Test
  void pin_winsOverWhatTheFlagDependsOn_notOverAKillOfThat() {
    Rulebook rules =
        new Rulebook(
            Host.UNKNOWN, all -> gates.apply(all.decider()), environment("TURNOUT_FLAG_F", "on"));
    Stop stop = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "because", null);
    Flag flag = Flag.named("f").edit().dependencies(List.of("middle")).done();
    Flag middle = Flag.named("middle").edit().dependencies(List.of("base")).done();
    Flag base = Flag.named("base");
    rules.server(snapshot(CanaryMode.OFF, flag, middle, base));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.BODY);
    rules.server(snapshot(CanaryMode.OFF, flag, middle, base.edit().stop(stop).done()));
    assertThat(gate("f").choose("u").branch).isEqualTo(GatePath.FALLBACK);
  }

  private static Snapshot snapshot(CanaryMode canary, Flag... flags) {
    Map<String, Flag> byName = new HashMap<>();
    for (Flag flag : flags) {
      byName.put(flag.name(), flag);
    }
    return new Snapshot("", 1, 1, Instant.EPOCH, canary, Map.of(), byName);
  }
}
