package dev.turnout.agent.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.Overrides;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManyFlagsTest {
  private static final int MANY = 6_000;

  private final Recorders recorders = new Recorders(Measure.SAMPLED);
  private final Gates gates = new Gates(recorders, type -> {}, new NoTroubles());
  private final Rulebook rules =
      new Rulebook(Host.UNKNOWN, inForce -> gates.apply(inForce.decider()), Overrides.NONE);
  private final Map<String, Flag> flags = new HashMap<>();

  private void apply(long revision) {
    // As read from a document of its own.
    Map<String, Flag> read = new HashMap<>();
    flags.forEach((name, flag) -> read.put(name, flag.edit().done()));
    rules.server(
        new Snapshot("", 1, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.copyOf(read)));
  }

  private List<GateSite> link() {
    for (int i = 0; i < MANY; i++) {
      Flag flag = Flag.named("f" + i).edit().revision(i + 1).percentage(Percentage.FULL).done();
      flags.put(flag.name(), flag);
    }
    apply(MANY);
    List<GateSite> linked = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      linked.add(
          gates.link(
              MethodHandles.lookup(), "f" + i, "p.C#m()", "", "", GateLinker.ROUTE, "", "", ""));
    }
    return linked;
  }

  // All that wait for the gates' lock meanwhile, as whoever links one more, wait for that.
  @Test
  void killOfOneOfThousands_isInForceAtOnce_andTouchesNoOther() {
    List<GateSite> linked = link();
    GatePath other = linked.get(7).choose("u");
    String last = "f" + (MANY - 1);
    Stop stop = new Stop(Stop.Kind.KILLED, "somebody", Instant.EPOCH, "it is slow", null);
    flags.put(last, flags.get(last).edit().revision(MANY + 1).stop(stop).done());
    long start = System.nanoTime();
    apply(MANY + 1);
    long nanos = System.nanoTime() - start;
    assertThat(linked.get(MANY - 1).choose("u").branch).isEqualTo(GatePath.FALLBACK);
    assertThat(linked.get(7).choose("u")).isSameAs(other);
    assertThat(nanos).isLessThan(1_000_000_000L);
    assertThat(recorders.beyondBounds()).isEqualTo(MANY - 2_000);
  }
}
