package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {
  private static final Stop KILL = new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "why", null);

  @TempDir Path directory;
  private final Rulebook rules = new Rulebook(Host.UNKNOWN, inForce -> {}, Overrides.NONE);

  private record Routed(Set<String> flags) implements Status.Found {
    @Override
    public List<Report.Gate> gates() {
      return List.of();
    }

    @Override
    public List<String> unmet() {
      return List.of();
    }

    @Override
    public long gatesBeyondBounds() {
      return 0;
    }
  }

  private String stopped(Set<String> routed) {
    return status(routed).stopped();
  }

  private Status status(Set<String> routed) {
    return new Status(
        Options.read("", new Properties(), Map.of()),
        Host.UNKNOWN,
        new Recorders(Measure.EVERY),
        rules,
        new TripBook(directory.toFile(), Runnable::run),
        new Routed(new TreeSet<>(routed)),
        () -> null,
        () -> "http://127.0.0.1:43210",
        Clock.systemUTC());
  }

  private void inForce(Flag... flags) {
    Map<String, Flag> named =
        Arrays.stream(flags).collect(Collectors.toMap(Flag::name, Function.identity()));
    rules.server(new Snapshot("", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), named));
  }

  @Test
  void stopped_isWhatIsKilledTrippedDisabledOrUnknown_orDependsOnSuch_andHasAGate() {
    Flag on = Flag.named("on").edit().percentage(Percentage.of(100)).done();
    Trip trip = new Trip("tripped", null, 1, "limit", "threshold", 9, 10, 9, Instant.EPOCH);
    inForce(
        on,
        Flag.named("nobody"),
        Flag.named("ungated").edit().stop(KILL).done(),
        Flag.named("killed").edit().stop(KILL).done(),
        Flag.named("tripped"),
        Flag.named("disabled").edit().enabled(false).done(),
        Flag.named("dependent").edit().dependencies(List.of("killed")).done(),
        Flag.named("waiting").edit().dependencies(List.of("nobody")).done());
    rules.trips(() -> Map.of("tripped", trip));

    assertThat(stopped(Set.of("on"))).isEmpty();
    assertThat(stopped(Set.of("on", "killed", "tripped", "disabled", "dependent", "untold")))
        .isEqualTo(
            "dependent (prerequisite), disabled (disabled), killed (killed), tripped (tripped),"
                + " untold (unknown)");
  }

  @Test
  void stopped_isAlsoWhatIsOnForNobody_orWaitsForSuch() {
    Map<String, Percentage> some = Map.of("beta", Percentage.of(1), Flag.GA, Percentage.ZERO);
    Map<String, Percentage> none = Map.of("beta", Percentage.ZERO, Flag.GA, Percentage.ZERO);
    FlagEdit byRings = Flag.named("rings").edit().strategy(Flag.Strategy.RING);
    inForce(
        Flag.named("nobody"),
        Flag.named("one").edit().percentage(Percentage.of(0.001)).done(),
        Flag.named("waiting")
            .edit()
            .percentage(Percentage.FULL)
            .dependencies(List.of("nobody"))
            .done(),
        byRings.rings(none).done(),
        Flag.named("a_ring").edit().strategy(Flag.Strategy.RING).rings(some).done());

    assertThat(stopped(Set.of("one", "a_ring"))).isEmpty();
    assertThat(stopped(Set.of("nobody", "one", "waiting", "rings", "a_ring")))
        .isEqualTo("nobody (at 0 %), rings (at 0 %), waiting (prerequisite)");
  }

  @Test
  void stopped_isNotWhatIsOnForThisServersSake() {
    Flag flag =
        Flag.named("canary")
            .edit()
            .canary(new Canary(Set.of(), Set.of(Host.UNKNOWN.instance()), Set.of()))
            .done();
    rules.server(
        new Snapshot(
            "",
            1,
            1,
            Instant.EPOCH,
            new CanaryMode(true, Set.of()),
            Map.of(),
            Map.of("canary", flag)));
    assertThat(stopped(Set.of("canary"))).isEmpty();
  }

  @Test
  void stopped_namesTen_andSaysHowManyMoreThereAre() {
    Flag[] flags =
        IntStream.range(10, 23)
            .mapToObj(i -> Flag.named("f" + i).edit().stop(KILL).done())
            .toArray(Flag[]::new);
    inForce(flags);
    assertThat(stopped(rules.inForce().flags().keySet()))
        .startsWith("f10 (killed), f11 (killed), ")
        .endsWith("f19 (killed) and 3 more");
  }

  @Test
  void flagByRings_hasItsRings_andNoPercentage() {
    Map<String, Percentage> rings = Map.of("beta", Percentage.of(10));
    inForce(
        Flag.named("r")
            .edit()
            .percentage(Percentage.FULL)
            .strategy(Flag.Strategy.RING)
            .rings(rings)
            .done());
    assertThat(new String(status(Set.of("r")).json(), UTF_8))
        .contains("\"percentage\":null,\"rings\":{\"beta\":10.0}");
  }

  @Test
  void portThatWasTaken_isNamed() {
    assertThat(new String(status(Set.of()).json(), UTF_8))
        .contains("\"metrics_url\":\"http://127.0.0.1:43210\"");
  }
}
