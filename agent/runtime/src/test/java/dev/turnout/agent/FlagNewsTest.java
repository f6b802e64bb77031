package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FlagNewsTest {
  private final FlagNews news = new FlagNews(Measure.COUNTS);

  private static Snapshot snapshot(long revision, Flag... flags) {
    Map<String, Flag> byName = new TreeMap<>();
    for (Flag flag : flags) {
      byName.put(flag.name(), flag);
    }
    return new Snapshot("", 0, revision, Instant.EPOCH, CanaryMode.OFF, Map.of(), byName);
  }

  private static Rulebook.InForce inForce(Snapshot snapshot) {
    Host host = new Host("game", "game-1", "eu-west");
    return new Rulebook.InForce(
        snapshot, Map.of(), Decider.compile(snapshot, host, Set.of(), () -> 0));
  }

  private List<String> lines(Snapshot snapshot) {
    return news.lines(Set.of("f"), inForce(snapshot), false);
  }

  private static Flag at(double percent) {
    return Flag.named("f").edit().percentage(Percentage.of(percent)).done();
  }

  @Test
  void eachChange_isToldOnce() {
    assertThat(lines(snapshot(1, at(10)))).containsExactly("flag f: 10 %; revision 1");
    assertThat(lines(snapshot(1, at(10)))).isEmpty();
    assertThat(lines(snapshot(2, at(10)))).isEmpty();
    assertThat(lines(snapshot(3, at(25))))
        .containsExactly("flag f: 25 %; before: 10 %; revision 3");
    Stop stop = new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "because", null);
    assertThat(lines(snapshot(4, at(25).edit().stop(stop).done())))
        .containsExactly("flag f: killed by ann, so off; before: 25 %; revision 4");
  }

  @Test
  void flagThatIsGatedInsteadOfAnother_isTold() {
    Flag other = Flag.named("g").edit().percentage(Percentage.of(25)).done();
    Rulebook.InForce inForce = inForce(snapshot(1, at(10), other));
    assertThat(news.lines(Set.of("f"), inForce, true)).containsExactly("flag f: 10 %; revision 1");
    assertThat(news.lines(Set.of("g"), inForce, true)).containsExactly("flag g: 25 %; revision 1");
    assertThat(news.lines(Set.of("g"), inForce, true)).isEmpty();
  }

  @Test
  void limitThatIsNotWatched_isTold() {
    Flag limited =
        at(10)
            .edit()
            .limits(List.of(Limit.of(Limit.Metric.P95, 50), Limit.of(Limit.Metric.ERROR_RATE, 5)))
            .done();
    assertThat(lines(snapshot(1, limited)))
        .containsExactly(
            "flag f: 10 %, not watched with measure=counts: p95_ms > 50 ms; revision 1");
  }

  @Test
  void unknownFlag_isToldOnceItWillNotCome() {
    assertThat(lines(snapshot(1))).isEmpty();
    assertThat(news.lines(Set.of("f"), inForce(snapshot(1)), true))
        .containsExactly("flag f: not known, so off; revision 1");
    assertThat(news.lines(Set.of("f"), inForce(snapshot(1)), true)).isEmpty();
  }

  @Test
  void flagThatDependsOnOneThatIsKilled_isOff() {
    Stop stop = new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "because", null);
    Flag base = Flag.named("base").edit().percentage(Percentage.of(100)).done();
    Flag flag = at(100).edit().dependencies(List.of("base")).done();
    assertThat(lines(snapshot(1, flag, base))).containsExactly("flag f: 100 %; revision 1");
    assertThat(lines(snapshot(2, flag, base.edit().stop(stop).done())))
        .containsExactly(
            "flag f: off, for a flag that it depends on is; before: 100 %; revision 2");
  }

  @Test
  void canaryServer_isOn() {
    Canary canary = new Canary(Set.of("game-1"), Set.of(), Set.of());
    Snapshot snapshot =
        new Snapshot(
            "",
            0,
            1,
            Instant.EPOCH,
            new CanaryMode(true, Set.of()),
            Map.of(),
            Map.of("f", at(0).edit().canary(canary).done()));
    assertThat(lines(snapshot))
        .containsExactly("flag f: on for all, for this is a canary server or region; revision 1");
  }
}
