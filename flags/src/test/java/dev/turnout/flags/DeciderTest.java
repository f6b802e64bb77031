package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeciderTest {
  private static final Host HOST = new Host("game", "game-1", "eu-west");

  private static Snapshot snapshot(CanaryMode canary, Map<String, RingMembers> rings, Flag... all) {
    Map<String, Flag> flags = new TreeMap<>();
    for (Flag flag : all) {
      flags.put(flag.name(), flag);
    }
    return new Snapshot("test", 1, 1, Instant.EPOCH, canary, rings, flags);
  }

  private static Decider decider(Flag... all) {
    return Decider.compile(snapshot(CanaryMode.OFF, Map.of(), all), HOST, Set.of(), () -> 500);
  }

  private static FlagEdit flag(double percent) {
    return Flag.named("f").edit().percentage(percent);
  }

  private static void assertDecision(Decision decision, boolean on, Reason reason) {
    assertThat(decision.on()).isEqualTo(on);
    assertThat(decision.reason()).isEqualTo(reason);
  }

  @Test
  void decide_unknownFlag() {
    assertDecision(decider().decide("f", "u", Caller.UNKNOWN), false, Reason.DEFAULT);
  }

  @Test
  void decide_zeroAndFull_static() {
    assertDecision(decider(flag(0).done()).decide("f", "u", Caller.UNKNOWN), false, Reason.STATIC);
    assertDecision(decider(flag(100).done()).decide("f", "u", Caller.UNKNOWN), true, Reason.STATIC);
  }

  @Test
  void decide_raised_nobodyMovesOut() {
    Set<String> before = on(10);
    Set<String> after = on(25);
    assertThat(after).containsAll(before);
    assertThat(before.size()).isBetween(900, 1100);
    assertThat(after.size()).isBetween(2350, 2650);
  }

  private static Set<String> on(double percent) {
    Decider decider = decider(flag(percent).done());
    Set<String> on = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      if (decider.decide("f", "user-" + i, Caller.UNKNOWN).on()) {
        on.add("user-" + i);
      }
    }
    return on;
  }

  @Test
  void decide_noKey_drawn() {
    assertDecision(decider(flag(1).done()).decide("f", null, Caller.UNKNOWN), true, Reason.RANDOM);
    assertDecision(
        decider(flag(0.4).done()).decide("f", null, Caller.UNKNOWN), false, Reason.RANDOM);
  }

  @Test
  void decide_stopped_beforeEverythingElse() {
    Stop kill = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "why", null);
    Flag killed = flag(100).stop(kill).done();
    Snapshot canary = snapshot(new CanaryMode(true, Set.of("u")), Map.of(), killed);
    Decider decider = Decider.compile(canary, HOST, Set.of(), () -> 0);
    assertDecision(decider.decide("f", "u", Caller.UNKNOWN), false, Reason.KILLED);
  }

  @Test
  void decide_trippedHere() {
    Snapshot snapshot = snapshot(CanaryMode.OFF, Map.of(), flag(100).done());
    Decider decider = Decider.compile(snapshot, HOST, Set.of("f"), () -> 0);
    assertDecision(decider.decide("f", "u", Caller.UNKNOWN), false, Reason.TRIPPED);
  }

  @Test
  void decide_disabled() {
    Decider decider = decider(flag(100).enabled(false).done());
    assertDecision(decider.decide("f", "u", Caller.UNKNOWN), false, Reason.DISABLED);
  }

  @Test
  void decide_dependencyOff_prerequisite() {
    Flag base = Flag.named("base");
    Flag above = flag(100).dependencies(List.of("base")).done();
    Decider off = decider(base, above);
    assertDecision(off.decide("f", "u", Caller.UNKNOWN), false, Reason.PREREQUISITE);
    Decider on = decider(base.edit().percentage(100).done(), above);
    assertDecision(on.decide("f", "u", Caller.UNKNOWN), true, Reason.STATIC);
  }

  @Test
  void decide_dependencyCycle_endsAsOff() {
    Flag a = Flag.named("a").edit().percentage(100).dependencies(List.of("b")).done();
    Flag b = Flag.named("b").edit().percentage(100).dependencies(List.of("a")).done();
    assertThat(decider(a, b).decide("a", "u", Caller.UNKNOWN).on()).isFalse();
    assertThat(decider(a, b).decide("b", "u", Caller.UNKNOWN).on()).isFalse();
  }

  @Test
  void isStopped_dependencyKilled() {
    Stop kill = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "why", null);
    Flag base = Flag.named("base").edit().percentage(100).stop(kill).done();
    Decider decider = decider(base, flag(100).dependencies(List.of("base")).done());
    CompiledFlag flag = decider.flag("f");
    assertThat(flag).isNotNull();
    assertThat(flag.isStopped()).isTrue();
  }

  // A call whose decision is pinned asks only this, and not who calls.
  @Test
  void isStopped_anyDependencyKilled_isSettled() {
    Stop kill = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "why", null);
    Flag half = Flag.named("half").edit().percentage(50).done();
    Flag base = Flag.named("base").edit().percentage(100).stop(kill).done();
    for (List<String> order : List.of(List.of("half", "base"), List.of("base", "half"))) {
      CompiledFlag flag = decider(half, base, flag(100).dependencies(order).done()).flag("f");
      assertThat(flag).isNotNull();
      assertThat(flag.isStopped()).isTrue();
      assertThat(flag.settled()).isNotNegative();
      assertThat(flag.decisions().get(flag.settled()).reason()).isEqualTo(Reason.PREREQUISITE);
    }
  }

  @Test
  void decide_canaryServerRegionUser() {
    for (Canary canary :
        List.of(
            new Canary(Set.of("game-1"), Set.of(), Set.of()),
            new Canary(Set.of(), Set.of("eu-west"), Set.of()),
            new Canary(Set.of(), Set.of(), Set.of("u")))) {
      Flag flag = flag(0).canary(canary).done();
      Snapshot on = snapshot(new CanaryMode(true, Set.of()), Map.of(), flag);
      Decider decider = Decider.compile(on, HOST, Set.of(), () -> 0);
      assertDecision(decider.decide("f", "u", Caller.UNKNOWN), true, Reason.CANARY);
      assertDecision(decider(flag).decide("f", "u", Caller.UNKNOWN), false, Reason.STATIC);
    }
  }

  @Test
  void decide_allowList_onlyItsUsers() {
    Snapshot on = snapshot(new CanaryMode(true, Set.of("u")), Map.of(), flag(0).done());
    Decider decider = Decider.compile(on, HOST, Set.of(), () -> 0);
    assertDecision(decider.decide("f", "u", Caller.UNKNOWN), true, Reason.CANARY);
    assertDecision(decider.decide("f", "v", Caller.UNKNOWN), false, Reason.STATIC);
  }

  @Test
  void decide_ring_attributeThenMembersThenGa() {
    Flag flag =
        flag(0)
            .strategy(Flag.Strategy.RING)
            .rings(Map.of("internal", Percentage.FULL, "ga", Percentage.ZERO))
            .done();
    Map<String, RingMembers> members =
        Map.of("internal", new RingMembers(Set.of("staff"), Set.of("example.com")));
    Decider decider =
        Decider.compile(snapshot(CanaryMode.OFF, members, flag), HOST, Set.of(), () -> 0);
    assertDecision(
        decider.decide("f", "u", Caller.of(Map.of("ring", "internal"))), true, Reason.RING);
    assertDecision(decider.decide("f", "staff", Caller.UNKNOWN), true, Reason.RING);
    assertDecision(
        decider.decide("f", "u", Caller.of(Map.of("email", "a@Example.com"))), true, Reason.RING);
    Decision general = decider.decide("f", "u", Caller.UNKNOWN);
    assertDecision(general, false, Reason.RING);
    assertThat(general.ring()).isEqualTo("ga");
  }

  @Test
  void decide_stickyByTenant() {
    Decider decider = decider(flag(50).stickiness("tenant").done());
    Decision first = decider.decide("f", "a", Caller.of(Map.of("tenant", "t")));
    Decision second = decider.decide("f", "b", Caller.of(Map.of("tenant", "t")));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void explain_sameAsDecide() {
    Decider decider = decider(flag(33.333).done());
    CompiledFlag flag = decider.flag("f");
    assertThat(flag).isNotNull();
    for (int i = 0; i < 1000; i++) {
      Explanation explanation = flag.explain("user-" + i, Caller.UNKNOWN);
      assertThat(explanation.decision()).isEqualTo(flag.decide("user-" + i, Caller.UNKNOWN));
      assertThat(explanation.bucket() < 33_333).isEqualTo(explanation.decision().on());
    }
    assertThat(flag.explain("u", Caller.UNKNOWN).steps())
        .contains("enabled: yes", "percentage: 33.333 %");
  }

  @Test
  void checkDependencies_cycleAndUnknown() {
    Flag a = Flag.named("a").edit().dependencies(List.of("b")).done();
    Flag b = Flag.named("b").edit().dependencies(List.of("a")).done();
    assertThatThrownBy(() -> snapshot(CanaryMode.OFF, Map.of(), a, b).checkDependencies())
        .hasMessage("dependencies: form a cycle: a -> b -> a");
    assertThatThrownBy(() -> snapshot(CanaryMode.OFF, Map.of(), a).checkDependencies())
        .hasMessage("dependencies: a depends on b, which does not exist");
  }

  @Test
  void checkDependencies_chainTooLong() {
    Flag[] flags = new Flag[Snapshot.MAX_CHAIN + 1];
    for (int i = 0; i < flags.length; i++) {
      List<String> next = i + 1 < flags.length ? List.of("f" + (i + 1)) : List.of();
      flags[i] = Flag.named("f" + i).edit().dependencies(next).done();
    }
    assertThatThrownBy(() -> snapshot(CanaryMode.OFF, Map.of(), flags).checkDependencies())
        .hasMessageStartingWith("dependencies: form a chain of more than 32 flags");
    flags[0] = Flag.named("f0");
    assertThatCode(() -> snapshot(CanaryMode.OFF, Map.of(), flags).checkDependencies())
        .doesNotThrowAnyException();
  }

  // All of a layer depend on all of the next: no chain is long, and yet 2^20 decisions.
  @Test
  void checkDependencies_tooManyDecisions() {
    Flag[] flags = new Flag[40];
    for (int i = 0; i < flags.length; i++) {
      int next = (i / 2 + 1) * 2;
      List<String> layer = next < flags.length ? List.of("f" + next, "f" + (next + 1)) : List.of();
      flags[i] = Flag.named("f" + i).edit().dependencies(layer).done();
    }
    assertThatThrownBy(() -> snapshot(CanaryMode.OFF, Map.of(), flags).checkDependencies())
        .hasMessageStartingWith("dependencies: of f")
        .hasMessageContaining("more than 1000 decisions");
    Flag[] last = Arrays.copyOfRange(flags, 24, flags.length);
    assertThatCode(() -> snapshot(CanaryMode.OFF, Map.of(), last).checkDependencies())
        .doesNotThrowAnyException();
  }

  @Test
  void memberOfARingThatTheFlagDoesNotName_isServedAsGeneralAvailability() {
    Flag flag =
        Flag.named("f")
            .edit()
            .enabled(true)
            .strategy(Flag.Strategy.RING)
            .rings(Map.of("internal", Percentage.ZERO, "ga", Percentage.of("ga", 100)))
            .done();
    Map<String, RingMembers> members = Map.of("beta", new RingMembers(Set.of("u"), Set.of()));
    Decision decision =
        Decider.compile(snapshot(CanaryMode.OFF, members, flag), Host.UNKNOWN, Set.of(), () -> 0)
            .decide("f", "u", Caller.UNKNOWN);
    assertDecision(decision, true, Reason.RING);
    assertThat(decision.ring()).isEqualTo("beta");
  }
}
