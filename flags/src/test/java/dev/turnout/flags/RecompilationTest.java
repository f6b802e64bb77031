package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecompilationTest {
  private static final Flag BASE = Flag.named("base").edit().percentage(50).done();
  private static final Flag TOP =
      Flag.named("top").edit().percentage(50).dependencies(List.of("base")).done();
  private static final Flag OTHER = Flag.named("other").edit().percentage(50).done();

  private static Decider compile(
      @Nullable Decider before, Map<String, RingMembers> rings, Set<String> tripped, Flag... all) {
    return compile(before, CanaryMode.OFF, rings, tripped, Set.of(), all);
  }

  private static Decider compile(
      @Nullable Decider before,
      CanaryMode canary,
      Map<String, RingMembers> rings,
      Set<String> tripped,
      Set<String> unlisted,
      Flag... all) {
    Map<String, Flag> flags = new TreeMap<>();
    for (Flag flag : all) {
      flags.put(flag.name(), flag);
    }
    Snapshot snapshot = new Snapshot("", 1, 1, Instant.EPOCH, canary, rings, flags);
    return Decider.compile(snapshot, Host.UNKNOWN, tripped, unlisted, () -> 0, before);
  }

  private static Flag again(Flag flag) {
    return flag.edit().done();
  }

  @Test
  void flagsOfWhichNothingChanged_areTakenOver() {
    Decider before = compile(null, Map.of(), Set.of(), BASE, TOP, OTHER);
    Flag changed = OTHER.edit().revision(7).done();
    Decider after = compile(before, Map.of(), Set.of(), again(BASE), again(TOP), changed);
    assertThat(after.flag("base")).isSameAs(before.flag("base"));
    assertThat(after.flag("top")).isSameAs(before.flag("top"));
    assertThat(after.flag("other").flag().revision()).isEqualTo(7);
  }

  @Test
  void whatDependsOnAChangedFlag_isCompiledAnew() {
    Decider before = compile(null, Map.of(), Set.of(), BASE, TOP);
    Flag off = BASE.edit().enabled(false).done();
    Decider after = compile(before, Map.of(), Set.of(), off, again(TOP));
    assertThat(after.decide("top", "u", Caller.UNKNOWN).reason()).isEqualTo(Reason.PREREQUISITE);
  }

  @Test
  void flagThatTripsOrIsReset_isCompiledAnew() {
    Decider before = compile(null, Map.of(), Set.of(), BASE);
    Decider tripped = compile(before, Map.of(), Set.of("base"), again(BASE));
    assertThat(tripped.flag("base").isStopped()).isTrue();
    Decider reset = compile(tripped, Map.of(), Set.of(), again(BASE));
    assertThat(reset.flag("base").isStopped()).isFalse();
  }

  @Test
  void flagThatIsOnNoListAnyMore_isCompiledAnew() {
    CanaryMode canary = new CanaryMode(true, Set.of("u"));
    Decider before = compile(null, canary, Map.of(), Set.of(), Set.of(), BASE);
    Decider after = compile(before, canary, Map.of(), Set.of(), Set.of("base"), again(BASE));
    assertThat(before.decide("base", "u", Caller.UNKNOWN).reason()).isEqualTo(Reason.CANARY);
    assertThat(after.decide("base", "u", Caller.UNKNOWN).reason()).isNotEqualTo(Reason.CANARY);
  }

  // Or each flag that is taken over would keep those of the snapshot that changed it last.
  @Test
  void sameLists_areThereOnce_howeverManySnapshotsHadThem() {
    Decider before =
        compile(null, Map.of("internal", new RingMembers(Set.of("ann"), Set.of())), Set.of(), BASE);
    Decider after =
        compile(
            before, Map.of("internal", new RingMembers(Set.of("ann"), Set.of())), Set.of(), OTHER);
    assertThat(after.members()).isSameAs(before.members());
    assertThat(compile(after, Map.of(), Set.of(), OTHER).members()).isNotSameAs(after.members());
  }

  @Test
  void ringsInAnotherOrder_compileAllAnew() {
    RingMembers members = new RingMembers(Set.of("u"), Set.of());
    Flag byRing =
        OTHER
            .edit()
            .strategy(Flag.Strategy.RING)
            .rings(Map.of("a", Percentage.FULL, "b", Percentage.ZERO))
            .done();
    Map<String, RingMembers> rings = new LinkedHashMap<>();
    rings.put("a", members);
    rings.put("b", members);
    Decider before = compile(null, rings, Set.of(), byRing);
    Map<String, RingMembers> turned = new LinkedHashMap<>();
    turned.put("b", members);
    turned.put("a", members);
    Decider after = compile(before, turned, Set.of(), again(byRing));
    assertThat(before.decide("other", "u", Caller.UNKNOWN).on()).isTrue();
    assertThat(after.decide("other", "u", Caller.UNKNOWN).on()).isFalse();
  }

  @Test
  void membersOfACycle_areOffAsBefore() {
    Flag base = BASE.edit().dependencies(List.of("top")).percentage(100).done();
    Decider before = compile(null, Map.of(), Set.of(), base, TOP);
    Decider after = compile(before, Map.of(), Set.of(), again(base), again(TOP));
    assertThat(after.decide("base", "u", Caller.UNKNOWN))
        .isEqualTo(before.decide("base", "u", Caller.UNKNOWN));
    assertThat(after.decide("top", "u", Caller.UNKNOWN).on()).isFalse();
  }
}
