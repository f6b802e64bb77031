package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySplitTest {
  private static CompiledFlag compiled(CanaryMode canary, FlagEdit edit, Flag... others) {
    Map<String, Flag> flags = new TreeMap<>(Map.of("f", edit.done()));
    for (Flag other : others) {
      flags.put(other.name(), other);
    }
    Snapshot snapshot = new Snapshot("test", 1, 1, Instant.EPOCH, canary, Map.of(), flags);
    CompiledFlag flag =
        Decider.compile(snapshot, new Host("game", "game-1", "eu-west"), Set.of(), () -> 0)
            .flag("f");
    assertThat(flag).isNotNull();
    return flag;
  }

  private static FlagEdit flag(double percent) {
    return Flag.named("f").edit().percentage(percent);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.5, 33.333, 50, 99.999})
  void decides_asTheWholeWayDoes(double percent) {
    CompiledFlag flag = compiled(CanaryMode.OFF, flag(percent));
    KeySplit split = flag.keySplit();
    assertThat(split).isNotNull();
    for (int i = 0; i < 50_000; i++) {
      String key = "user-" + i;
      assertThat(split.isOn(key) ? split.on() : split.off())
          .isEqualTo(flag.choose(key, Caller.UNKNOWN));
    }
  }

  @Test
  void firstHash_ofEveryBucket_isTheFirst() {
    for (int bucket = 1; bucket < Percentage.BUCKETS; bucket++) {
      long first = KeySplit.firstHashOf(bucket);
      assertThat(Bucketing.scale((int) first)).isEqualTo(bucket);
      assertThat(Bucketing.scale((int) (first - 1))).isEqualTo(bucket - 1);
    }
  }

  @Test
  void isNone_whereMoreThanTheKeyCounts() {
    CanaryMode listed = new CanaryMode(true, Set.of("u"));
    CanaryMode on = new CanaryMode(true, Set.of());
    Canary canary = new Canary(Set.of(), Set.of(), Set.of("u"));
    Canary host = new Canary(Set.of("game-1"), Set.of(), Set.of());
    Stop kill = new Stop(Stop.Kind.KILLED, "me", Instant.EPOCH, "why", null);
    Placement unleash =
        new Placement(Placement.Algorithm.UNLEASH, Placement.Algorithm.TURNOUT1, null, null);
    assertThat(
            List.of(
                compiled(CanaryMode.OFF, flag(0)),
                compiled(CanaryMode.OFF, flag(100)),
                compiled(CanaryMode.OFF, flag(50).enabled(false)),
                compiled(CanaryMode.OFF, flag(50).stickiness("tenant")),
                compiled(CanaryMode.OFF, flag(50).strategy(Flag.Strategy.RING)),
                compiled(listed, flag(50)),
                compiled(on, flag(50).canary(canary)),
                compiled(on, flag(50).canary(host)),
                compiled(CanaryMode.OFF, flag(50).stop(kill)),
                compiled(CanaryMode.OFF, flag(50).bucketing(unleash)),
                compiled(CanaryMode.OFF, flag(50).dependencies(List.of("g")), flag("g")),
                compiled(
                    CanaryMode.OFF,
                    flag(50)
                        .variants(
                            new Variants(
                                List.of(
                                    new Variants.Variant("a", Percentage.of(50)),
                                    new Variants.Variant("b", Percentage.of(50))))))))
        .allSatisfy(flag -> assertThat(flag.keySplit()).isNull());
  }

  private static Flag flag(String name) {
    return Flag.named(name).edit().percentage(50).done();
  }
}
