package dev.turnout.server.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Placement.Algorithm;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Variants;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What counts as "more callers may reach the new path": the ways around a freeze. */
class ExposureTest {
  private static final RingMembers ANN = new RingMembers(Set.of("ann"), Set.of());
  private static final RingMembers ANN_AND_BOB = new RingMembers(Set.of("ann", "bob"), Set.of());
  private final Flag flag = Flag.named("f").edit().enabled(true).percentage(of(10)).done();
  private final Flag ringed =
      flag.edit()
          .strategy(Flag.Strategy.RING)
          .rings(Map.of("internal", of(100), "blocked", of(0), "ga", of(50)))
          .done();

  private static Percentage of(double percent) {
    return Percentage.of("percentage", percent);
  }

  private static Snapshot with(CanaryMode canary, Map<String, RingMembers> rings, Flag... flags) {
    Map<String, Flag> all = new HashMap<>();
    for (Flag flag : flags) {
      all.put(flag.name(), flag);
    }
    return new Snapshot("test", 1, 1, Instant.EPOCH, canary, rings, all);
  }

  private static Snapshot with(Flag... flags) {
    return with(CanaryMode.OFF, Map.of(), flags);
  }

  private static boolean isRaised(Snapshot before, Snapshot after) {
    return Exposure.isRaised(before, after, "f");
  }

  @Test
  void percentage() {
    Flag more = flag.edit().percentage(of(11)).done();
    assertThat(isRaised(with(flag), with(more))).isTrue();
    assertThat(isRaised(with(more), with(flag))).isFalse();
    assertThat(isRaised(with(flag), with(more.edit().enabled(false).done()))).isFalse();
  }

  @Test
  void canaryMode() {
    CanaryMode on = new CanaryMode(true, Set.of());
    CanaryMode withUser = new CanaryMode(true, Set.of("ann"));
    Flag withRegion = flag.edit().canary(new Canary(Set.of(), Set.of("eu"), Set.of())).done();
    assertThat(isRaised(with(flag), with(on, Map.of(), flag))).isFalse();
    assertThat(isRaised(with(withRegion), with(on, Map.of(), withRegion))).isTrue();
    assertThat(isRaised(with(flag), with(withUser, Map.of(), flag))).isTrue();
    assertThat(isRaised(with(on, Map.of(), flag), with(withUser, Map.of(), flag))).isTrue();
    assertThat(isRaised(with(withUser, Map.of(), flag), with(on, Map.of(), flag))).isFalse();
  }

  @Test
  void membersOfRings() {
    Map<String, RingMembers> one = Map.of("internal", ANN);
    Map<String, RingMembers> two = Map.of("internal", ANN_AND_BOB);
    assertThat(raised(one, two, ringed)).isTrue();
    assertThat(raised(two, one, ringed)).isFalse();
    // Who leaves a ring at 0 % falls to general availability.
    assertThat(raised(Map.of("blocked", ANN_AND_BOB), Map.of("blocked", ANN), ringed)).isTrue();
    assertThat(raised(Map.of("blocked", ANN), Map.of("blocked", ANN_AND_BOB), ringed)).isFalse();
    assertThat(raised(one, two, flag)).isFalse();
  }

  private static boolean raised(
      Map<String, RingMembers> before, Map<String, RingMembers> after, Flag flag) {
    return isRaised(with(CanaryMode.OFF, before, flag), with(CanaryMode.OFF, after, flag));
  }

  @Test
  void dependency() {
    Flag dependent = flag.edit().dependencies(List.of("base")).done();
    Flag base = Flag.named("base").edit().enabled(true).done();
    Flag raised = base.edit().percentage(of(50)).done();
    assertThat(isRaised(with(dependent, base), with(dependent, raised))).isTrue();
    assertThat(isRaised(with(dependent, raised), with(dependent, base))).isFalse();
  }

  private static Variants split(double a, double b) {
    return new Variants(
        List.of(new Variants.Variant("a", of(a)), new Variants.Variant("b", of(b))));
  }

  @Test
  void variants_changeTheSplit_andRaiseNothing() {
    Flag halves = flag.edit().variants(split(50, 50)).done();
    Flag other = flag.edit().variants(split(51, 49)).done();
    assertThat(isRaised(with(halves), with(other))).isFalse();
    assertThat(isSplitChanged(halves, other)).isTrue();
    assertThat(isSplitChanged(flag, halves)).isTrue();
    assertThat(isSplitChanged(halves, flag)).isTrue();
    assertThat(isSplitChanged(halves, halves.edit().percentage(of(1)).done())).isFalse();
    assertThat(isSplitChanged(halves, other.edit().enabled(false).done())).isFalse();
  }

  @Test
  void bucketing_letsOthersIn() {
    Flag unleash = placed(Algorithm.UNLEASH, Algorithm.TURNOUT1, null);
    assertThat(isRaised(with(flag), with(unleash))).isTrue();
    assertThat(isRaised(with(unleash), with(flag))).isTrue();
    assertThat(isRaised(with(unleash), with(placed(Algorithm.UNLEASH, Algorithm.TURNOUT1, "g"))))
        .isTrue();
  }

  @Test
  void bucketingOfVariants_changesTheSplit_andRaisesNothing() {
    Flag ours = flag.edit().variants(split(50, 50)).done();
    Flag theirs =
        placed(Algorithm.TURNOUT1, Algorithm.GOFF, "g").edit().variants(split(50, 50)).done();
    assertThat(isRaised(with(ours), with(theirs))).isFalse();
    assertThat(isSplitChanged(ours, theirs)).isTrue();
    assertThat(isSplitChanged(flag, placed(Algorithm.TURNOUT1, Algorithm.GOFF, "g"))).isFalse();
  }

  private Flag placed(Algorithm exposure, Algorithm variants, String key) {
    return flag.edit().bucketing(new Placement(exposure, variants, key, null)).done();
  }

  private static boolean isSplitChanged(Flag before, Flag after) {
    return Exposure.isSplitChanged(with(before), with(after), "f");
  }

  @Test
  void variantsOfADependency_doNotMatterToTheFlagAbove() {
    Flag dependent = flag.edit().dependencies(List.of("base")).done();
    Flag base = Flag.named("base").edit().variants(split(50, 50)).done();
    Flag other = base.edit().variants(split(1, 99)).done();
    assertThat(isRaised(with(dependent, base), with(dependent, other))).isFalse();
    assertThat(Exposure.isSplitChanged(with(dependent, base), with(dependent, other), "f"))
        .isFalse();
  }
}
