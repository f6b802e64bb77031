package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
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

  private void assertTold(Flag before, Flag after, String news) {
    assertThat(lines(snapshot(1, before))).hasSize(1);
    assertThat(lines(snapshot(2, after))).containsExactly("flag f: " + news + "; revision 2");
    assertThat(lines(snapshot(3, after.edit().done()))).isEmpty();
  }

  @Test
  void dependencies_changed_areTold() {
    Flag a = Flag.named("a").edit().percentage(Percentage.FULL).done();
    Flag b = Flag.named("b").edit().percentage(Percentage.FULL).done();
    assertThat(lines(snapshot(1, at(10), a, b))).hasSize(1);
    Flag dependent = at(10).edit().dependencies(List.of("a", "b")).done();
    assertThat(lines(snapshot(2, dependent, a, b)))
        .containsExactly("flag f: 10 %; changed: depends on a, b; revision 2");
    Flag turned = at(10).edit().dependencies(List.of("b", "a")).done();
    assertThat(lines(snapshot(3, turned, a, b))).isEmpty();
    assertThat(lines(snapshot(4, at(10), a, b)))
        .containsExactly("flag f: 10 %; changed: depends on none; revision 4");
  }

  @Test
  void stickiness_changed_isTold() {
    assertTold(
        at(10), at(10).edit().stickiness("tenant").done(), "10 %; changed: sticky by tenant");
  }

  @Test
  void bucketing_changed_isTold() {
    Placement.Algorithm unleash = Placement.Algorithm.UNLEASH;
    assertTold(
        at(10),
        at(10).edit().bucketing(new Placement(unleash, unleash, "group", null)).done(),
        "10 %; changed: bucketing unleash, another bucketing key");
  }

  @Test
  void salt_changed_isTold() {
    assertTold(salted("a"), salted("b"), "10 %; changed: another bucketing salt");
  }

  private static Flag salted(String salt) {
    Placement placement =
        new Placement(Placement.Algorithm.LAUNCHDARKLY, Placement.Algorithm.TURNOUT1, "key", salt);
    return at(10).edit().bucketing(placement).done();
  }

  @Test
  void canaryUsers_changed_areCounted_notNamed() {
    assertTold(canaries("ann"), canaries("ann", "bob"), "10 %; changed: canary users 2, were 1");
  }

  @Test
  void canaryUsers_asManyOthers_areTold() {
    assertTold(canaries("ann"), canaries("bob"), "10 %; changed: other canary users, 1 as before");
  }

  private static Flag canaries(String... users) {
    return at(10).edit().canary(new Canary(Set.of(), Set.of(), Set.of(users))).done();
  }

  @Test
  void limits_changed_areTold() {
    Limit limit = Limit.of(Limit.Metric.ERROR_RATE, 5);
    assertTold(
        at(10),
        at(10).edit().limits(List.of(limit)).done(),
        "10 %; changed: limits error_rate > 5 %");
  }

  @Test
  void ringThatIsNotShown_changed_isTold() {
    assertThat(lines(snapshot(1, rings(5)))).hasSize(1);
    assertThat(lines(snapshot(2, rings(6))))
        .singleElement(STRING)
        .endsWith("…; changed: percentages of rings; revision 2");
    assertThat(lines(snapshot(3, rings(6)))).isEmpty();
  }

  private static Flag rings(double last) {
    Map<String, Percentage> rings = new TreeMap<>();
    for (int i = 10; i < 25; i++) {
      rings.put("ring" + i, Percentage.of(i == 24 ? last : i));
    }
    return Flag.named("f").edit().strategy(Flag.Strategy.RING).rings(rings).done();
  }

  @Test
  void percentage_changedWhileKilled_isTold() {
    Stop stop = new Stop(Stop.Kind.KILLED, "ann", Instant.EPOCH, "because", null);
    assertTold(
        at(10).edit().stop(stop).done(),
        at(25).edit().stop(stop).done(),
        "killed by ann, so off; changed: 25 %");
  }

  @Test
  void whatDecidesNothing_changed_isNotTold() {
    assertThat(lines(snapshot(1, at(10)))).hasSize(1);
    assertThat(lines(snapshot(2, at(10).edit().description("other").frozen(true).done())))
        .isEmpty();
  }
}
