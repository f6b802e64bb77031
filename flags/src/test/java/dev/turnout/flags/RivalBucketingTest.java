package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.turnout.flags.Placement.Algorithm;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RivalBucketingTest {
  private static final Host HOST = new Host("game", "game-1", "eu-west");
  private static final int USERS = 10_000;

  private static FlagEdit exposedBy(Algorithm algorithm) {
    String key = algorithm == Algorithm.TURNOUT1 ? null : "k";
    return Flag.named("f")
        .edit()
        .bucketing(new Placement(algorithm, Algorithm.TURNOUT1, key, null));
  }

  private static Decider decider(Flag flag) {
    Snapshot snapshot =
        new Snapshot(
            "test", 1, 1, Instant.EPOCH, CanaryMode.OFF, Map.of(), Map.of(flag.name(), flag));
    return Decider.compile(snapshot, HOST, Set.of(), () -> 0);
  }

  private static Set<String> on(FlagEdit flag, double percent) {
    Decider decider = decider(flag.percentage(percent).done());
    Set<String> on = new HashSet<>();
    for (int i = 0; i < USERS; i++) {
      String user = "user-" + i;
      if (decider.decide("f", user, Caller.UNKNOWN).on()) {
        on.add(user);
      }
    }
    return on;
  }

  private static FlagEdit split(Algorithm algorithm) {
    Map<String, Percentage> weights = new LinkedHashMap<>();
    weights.put("a", Percentage.of(20));
    weights.put("b", Percentage.of(30));
    weights.put("c", Percentage.of(50));
    return Flag.named("f")
        .edit()
        .percentage(100)
        .variants(Variants.of(weights))
        .bucketing(new Placement(Algorithm.TURNOUT1, algorithm, null, null));
  }

  @ParameterizedTest
  @EnumSource
  void decide_raised_nobodyMovesOut(Algorithm algorithm) {
    Set<String> before = Set.of();
    for (double percent : List.of(0.0, 1.0, 7.5, 33.333, 50.0, 99.0, 99.999, 100.0)) {
      Set<String> after = on(exposedBy(algorithm), percent);
      assertThat(after).as("%s %%", percent).containsAll(before);
      double expected = algorithm == Algorithm.UNLEASH ? Math.floor(percent) : percent;
      assertThat(after.size()).isCloseTo((int) (expected * USERS / 100), within(200));
      before = after;
    }
    assertThat(before).hasSize(USERS);
  }

  @ParameterizedTest
  @EnumSource
  void decide_atZero_nobodyIsOn(Algorithm algorithm) {
    assertThat(on(exposedBy(algorithm), 0)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void explain_tellsTheBucketThatDecides(Algorithm algorithm) {
    for (int i = 0; i < 100; i++) {
      String user = "user-" + i;
      CompiledFlag flag = decider(exposedBy(algorithm).percentage(40).done()).flag("f");
      Explanation explanation = flag.explain(user, Caller.UNKNOWN);

      assertThat(explanation.bucket()).isBetween(0, Percentage.BUCKETS - 1);
      assertThat(explanation.decision().on()).isEqualTo(explanation.bucket() < 40_000);
      assertThat(explanation.hash() < 0).isEqualTo(algorithm != Algorithm.TURNOUT1);
      assertThat(explanation.decision()).isEqualTo(flag.decide(user, Caller.UNKNOWN));
    }
  }

  @ParameterizedTest
  @EnumSource
  void decide_variants_haveTheirWeights(Algorithm algorithm) {
    Decider decider = decider(split(algorithm).done());
    Map<String, Integer> users = new HashMap<>();
    for (int i = 0; i < USERS; i++) {
      String variant = decider.decide("f", "user-" + i, Caller.UNKNOWN).variant();
      users.merge(variant, 1, Integer::sum);
    }

    assertThat(users).containsOnlyKeys("a", "b", "c");
    assertThat(users.get("a")).isCloseTo(USERS / 5, within(200));
    assertThat(users.get("c")).isCloseTo(USERS / 2, within(200));
  }

  @Test
  void largestWithout_everyShare_isThatOfTheComparison() {
    for (int share = 1; share < Percentage.BUCKETS; share++) {
      float place = share / 100_000f;
      assertThat(RivalBucketing.largestWithout(place, 100_000f)).isEqualTo(share);
      assertThat(RivalBucketing.largestWithout(Math.nextDown(place), 100_000f))
          .isEqualTo(share - 1);
    }
  }

  @Test
  void largestWithout_beyondTheEnds_staysWithin() {
    assertThat(RivalBucketing.largestWithout(1, 100_000f)).isEqualTo(99_999);
    assertThat(RivalBucketing.largestWithout(-1, 100_000f)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"LAUNCHDARKLY", "FLAGD", "FLAGD_RATIO", "GROWTHBOOK2", "GOFF"})
  void placement_oneHashForBothAnswers_isRefused(Algorithm algorithm) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> new Placement(algorithm, algorithm, null, null))
        .satisfies(e -> assertThat(e.field()).isEqualTo("variant_bucketing"));
  }

  @Test
  void placement_tooLongAKey_isRefused() {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> new Placement(Algorithm.GOFF, Algorithm.TURNOUT1, "k".repeat(257), null))
        .satisfies(e -> assertThat(e.field()).isEqualTo("bucketing_key"));
  }
}
