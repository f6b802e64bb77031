package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.FlagContext;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PinnedDependenciesTest {
  private final List<Throwable> undecided = new ArrayList<>();
  private final Gates gates =
      new Gates(
          new Recorders(Measure.SAMPLED),
          type -> {},
          new Gates.Troubles() {
            @Override
            public void unlinked(
                ClassLoader loader, String flag, String method, Throwable failure) {
              throw new AssertionError(failure);
            }

            @Override
            public void doubtful(ClassLoader loader, String flag, String method, String problem) {
              throw new AssertionError(problem);
            }

            @Override
            public void undecided(
                ClassLoader loader, String flag, String method, Throwable failure) {
              undecided.add(failure);
            }
          });

  private GateSite link(String flag) {
    return gates.link(
        MethodHandles.lookup(), flag, "Service.play()", "", "", GateLinker.ROUTE, "", "", "");
  }

  private void apply(FlagEdit... given) {
    Map<String, Flag> flags = new HashMap<>();
    for (FlagEdit edit : given) {
      Flag flag = edit.done();
      flags.put(flag.name(), flag);
    }
    Snapshot snapshot = new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), flags);
    gates.apply(Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0));
  }

  private static FlagEdit flag(String name, double percent, String... dependencies) {
    return Flag.named(name)
        .edit()
        .percentage(Percentage.of(percent))
        .dependencies(List.of(dependencies));
  }

  @Test
  void flagThatDependsOnOneThatDependsOnOthers_goesByWhatThatOneWas_inOneScope() {
    GateSite other = link("other");
    GateSite needs = link("needs");
    for (boolean on : new boolean[] {true, false}) {
      int first = on ? GatePath.BODY : GatePath.FALLBACK;
      chain(on ? 100 : 0);
      try (FlagContext.Scope scope = FlagContext.user("u").open()) {
        assertThat(other.choose("k").branch).isEqualTo(first);
        assertThat(other.choose(null).branch).isEqualTo(first);
        chain(on ? 0 : 100);
        assertThat(needs.choose("k").branch).isEqualTo(first);
        assertThat(needs.choose(null).branch).isEqualTo(first);
        assertThat(other.choose("k").branch).isEqualTo(first);
      }
    }
  }

  private void chain(double percent) {
    apply(flag("base", 100), flag("other", percent, "base"), flag("needs", 100, "other"));
  }

  // Which is on by "half" for one key and off for the other, and only who is on asks for "other".
  @Test
  void flagsThatDependOnEachOtherInTwoRevisions_areBothOff_inOneScope() {
    GateSite half = link("half");
    GateSite other = link("other");
    GateSite needs = link("needs");
    apply(flag("half", 50), flag("other", 100), flag("needs", 100, "half", "other"));
    String on = keyThat(half, GatePath.BODY);
    String off = keyThat(half, GatePath.FALLBACK);
    try (FlagContext.Scope scope = FlagContext.user("u").open()) {
      assertThat(needs.choose(off).branch).isEqualTo(GatePath.FALLBACK);
      apply(flag("half", 50), flag("other", 100, "needs"), flag("needs", 100, "half"));
      assertThat(other.choose(on).branch).isEqualTo(GatePath.FALLBACK);
      assertThat(needs.choose(on).branch).isEqualTo(GatePath.FALLBACK);
    }
    assertThat(other.choose(on).branch).isEqualTo(GatePath.BODY);
    assertThat(undecided).isEmpty();
  }

  private static String keyThat(GateSite gate, int branch) {
    int number = 0;
    while (gate.choose("k" + number).branch != branch) {
      number++;
    }
    return "k" + number;
  }
}
