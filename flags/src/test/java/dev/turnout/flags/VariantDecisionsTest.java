package dev.turnout.flags;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which variant a caller gets, and that variants change nothing about who is on. */
class VariantDecisionsTest {
  private static final Host HOST = new Host("game", "game-1", "eu-west");
  private static final int CALLERS = 30_000;

  private static FlagEdit flag(double percent, Object... namesAndPercents) {
    Map<String, Percentage> weights = new LinkedHashMap<>();
    for (int i = 0; i < namesAndPercents.length; i += 2) {
      double weight = ((Number) namesAndPercents[i + 1]).doubleValue();
      weights.put((String) namesAndPercents[i], Percentage.of(weight));
    }
    return Flag.named("f").edit().percentage(percent).variants(Variants.of(weights));
  }

  private static CompiledFlag compiled(
      CanaryMode canary, Set<String> tripped, IntSupplier draw, Flag... all) {
    Map<String, Flag> flags = new TreeMap<>();
    for (Flag flag : all) {
      flags.put(flag.name(), flag);
    }
    Snapshot snapshot = new Snapshot("test", 1, 1, Instant.EPOCH, canary, Map.of(), flags);
    CompiledFlag compiled = Decider.compile(snapshot, HOST, tripped, draw).flag("f");
    assertThat(compiled).isNotNull();
    return compiled;
  }

  private static CompiledFlag compiled(Flag... all) {
    return compiled(CanaryMode.OFF, Set.of(), () -> 0, all);
  }

  private static Map<String, String> variants(CompiledFlag flag) {
    Map<String, String> variants = new HashMap<>();
    for (int i = 0; i < CALLERS; i++) {
      variants.put("user-" + i, flag.decide("user-" + i, Caller.UNKNOWN).variant());
    }
    return variants;
  }

  private static long count(Map<String, String> variants, String name) {
    return variants.values().stream().filter(name::equals).count();
  }

  @ParameterizedTest
  @CsvSource({"33.33, 33.33, 33.34", "90, 9, 1", "0, 50, 50", "0.5, 0, 99.5"})
  void decide_keysSpreadByWeight(double a, double b, double c) {
    Map<String, String> got = variants(compiled(flag(100, "a", a, "b", b, "c", c).done()));
    assertSpread(got, "a", a);
    assertSpread(got, "b", b);
    assertSpread(got, "c", c);
  }

  // Five standard deviations; the keys are fixed, so this is the same in every run.
  private static void assertSpread(Map<String, String> got, String name, double percent) {
    double share = percent / 100;
    double tolerated = 5 * Math.sqrt(got.size() * share * (1 - share));
    assertThat(Math.abs(count(got, name) - got.size() * share))
        .as(name)
        .isLessThanOrEqualTo(tolerated);
  }

  @Test
  void decide_raised_nobodyMovesBetweenVariants() {
    Map<String, String> before = variants(compiled(flag(10, "a", 20, "b", 80).done()));
    Map<String, String> after = variants(compiled(flag(60, "a", 20, "b", 80).done()));
    before.values().removeIf("off"::equals);
    assertThat(before).hasSizeBetween(2_700, 3_300);
    assertThat(after).containsAllEntriesOf(before);
  }

  @Test
  void decide_anyShareOfCallers_spreadsByTheSameWeights() {
    // Were exposure and variant one hash, the first callers to come on would all get "a".
    Map<String, String> got = variants(compiled(flag(10, "a", 50, "b", 50).done()));
    got.values().removeIf("off"::equals);
    assertSpread(got, "a", 50);
  }

  @Test
  void decide_whoIsOn_isTheSameAsWithoutVariants() {
    CompiledFlag without = compiled(flag(25).done());
    CompiledFlag with = compiled(flag(25, "a", 50, "b", 50).done());
    for (int i = 0; i < CALLERS; i++) {
      Decision plain = without.decide("user-" + i, Caller.UNKNOWN);
      Decision varied = with.decide("user-" + i, Caller.UNKNOWN);
      assertThat(varied.on()).isEqualTo(plain.on());
      assertThat(varied.reason()).isEqualTo(plain.reason());
      assertThat(plain.variant()).isEqualTo(plain.on() ? "on" : "off");
      assertThat(varied.variant().equals("off")).isEqualTo(!varied.on());
    }
  }

  @Test
  void decide_thresholds_areExact() {
    Flag flag = flag(100, "a", 33.333, "none", 0, "b", 66.666, "c", 0.001).done();
    int seed = Bucketing.variantSeed("f");
    CompiledFlag compiled = compiled(flag);
    for (int i = 0; i < CALLERS; i++) {
      int bucket = Bucketing.bucket("user-" + i, seed);
      assertThat(compiled.decide("user-" + i, Caller.UNKNOWN).variant())
          .isEqualTo(bucket < 33_333 ? "a" : bucket < 99_999 ? "b" : "c");
    }
    // The draw meets every edge.
    assertThat(drawn(flag, 0)).isEqualTo("a");
    assertThat(drawn(flag, 33_332)).isEqualTo("a");
    assertThat(drawn(flag, 33_333)).isEqualTo("b");
    assertThat(drawn(flag, 99_998)).isEqualTo("b");
    assertThat(drawn(flag, 99_999)).isEqualTo("c");
  }

  private static String drawn(Flag flag, int draw) {
    return compiled(CanaryMode.OFF, Set.of(), () -> draw, flag)
        .decide(null, Caller.UNKNOWN)
        .variant();
  }

  @Test
  void decide_noKey_drawsBothAndSaysSo() {
    List<Integer> draws = new ArrayList<>(List.of(9_999, 70_000));
    Flag flag = flag(10, "a", 50, "b", 50).done();
    Decision decision =
        compiled(CanaryMode.OFF, Set.of(), () -> draws.remove(0), flag)
            .decide(null, Caller.UNKNOWN);
    assertThat(decision).isEqualTo(new Decision(true, "b", Reason.RANDOM, Flag.GA));
    assertThat(draws).isEmpty();
  }

  @Test
  void decide_everybodyOn_saysHowTheVariantCame() {
    CompiledFlag split = compiled(flag(100, "a", 50, "b", 50).done());
    assertThat(split.decide("u", Caller.UNKNOWN).reason()).isEqualTo(Reason.SPLIT);
    assertThat(split.decide(null, Caller.UNKNOWN).reason()).isEqualTo(Reason.RANDOM);
    CompiledFlag only = compiled(flag(100, "a", 100, "b", 0).done());
    assertThat(only.decide(null, Caller.UNKNOWN))
        .isEqualTo(new Decision(true, "a", Reason.STATIC, Flag.GA));
  }

  @Test
  void decide_canary_getsAVariantByItsKey() {
    Flag flag =
        flag(0, "a", 50, "b", 50).canary(new Canary(Set.of(), Set.of(), Set.of("u"))).done();
    CompiledFlag compiled = compiled(new CanaryMode(true, Set.of()), Set.of(), () -> 0, flag);
    Decision canary = compiled.decide("u", Caller.UNKNOWN);
    String usual =
        compiled(flag(100, "a", 50, "b", 50).done()).decide("u", Caller.UNKNOWN).variant();
    assertThat(canary).isEqualTo(new Decision(true, usual, Reason.CANARY, Flag.GA));
    assertThat(compiled.decide("v", Caller.UNKNOWN).variant()).isEqualTo("off");
  }

  @Test
  void decide_ring_keepsItsReasonAndRing() {
    Flag flag =
        flag(0, "a", 50, "b", 50)
            .strategy(Flag.Strategy.RING)
            .rings(Map.of("beta", Percentage.FULL))
            .done();
    Decision beta = compiled(flag).decide("u", Caller.of(Map.of("ring", "beta")));
    assertThat(beta.variant()).isIn("a", "b");
    assertThat(beta.reason()).isEqualTo(Reason.RING);
    assertThat(beta.ring()).isEqualTo("beta");
  }

  @Test
  void decide_stickyByTenant_variantToo() {
    CompiledFlag flag = compiled(flag(100, "a", 50, "b", 50).stickiness("tenant").done());
    Set<String> variants = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      variants.add(flag.decide("user-" + i, Caller.of(Map.of("tenant", "t"))).variant());
    }
    assertThat(variants).hasSize(1);
  }

  @Test
  void settled_onlyWhereOneVariantHasAll() {
    assertThat(compiled(flag(100, "a", 50, "b", 50).done()).settled()).isEqualTo(-1);
    assertThat(settledVariant(compiled(flag(100, "a", 0, "b", 100).done()))).isEqualTo("b");
    assertThat(settledVariant(compiled(flag(0, "a", 50, "b", 50).done()))).isEqualTo("off");
    assertThat(compiled(flag(50, "a", 0, "b", 100).done()).settled()).isEqualTo(-1);
    Flag split = flag(100, "a", 50, "b", 50).done();
    assertThat(settledVariant(compiled(CanaryMode.OFF, Set.of("f"), () -> 0, split)))
        .isEqualTo("off");
  }

  private static String settledVariant(CompiledFlag flag) {
    return flag.decisions().get(flag.settled()).variant();
  }

  @Test
  void settled_dependencyIsOnForAll_itsSplitDoesNotMatter() {
    Flag base = Flag.named("base").edit().percentage(100).variants(halves()).done();
    CompiledFlag above = compiled(base, flag(100).dependencies(List.of("base")).done());
    assertThat(settledVariant(above)).isEqualTo("on");
  }

  private static Variants halves() {
    return flag(0, "a", 50, "b", 50).done().variants();
  }

  @Test
  void explain_tellsTheVariantsBucket() {
    CompiledFlag flag = compiled(flag(50, "a", 20, "b", 80).done());
    int seed = Bucketing.variantSeed("f");
    for (int i = 0; i < 1000; i++) {
      String key = "user-" + i;
      Explanation explanation = flag.explain(key, Caller.UNKNOWN);
      Decision decision = explanation.decision();
      assertThat(decision).isEqualTo(flag.decide(key, Caller.UNKNOWN));
      if (decision.on()) {
        assertThat(explanation.steps())
            .last()
            .isEqualTo(
                "variant: "
                    + decision.variant()
                    + ", for its bucket among variants, "
                    + Bucketing.bucket(key, seed)
                    + (decision.variant().equals("a")
                        ? ", is from 0 to 19999"
                        : ", is from 20000 to 99999"));
      } else {
        assertThat(explanation.steps()).noneMatch(step -> step.startsWith("variant"));
      }
    }
    assertThat(flag.explain(null, Caller.UNKNOWN).steps())
        .last()
        .isEqualTo("variant: a, drawn for this call, as there is no key");
  }

  @Test
  void choose_allocatesNothing() {
    CompiledFlag flag = compiled(flag(60, "a", 20, "b", 30, "c", 50).done());
    String[] keys = IntStream.range(0, 1_000).mapToObj(i -> "user-" + i).toArray(String[]::new);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = chooseAll(flag, keys);
    long before = threads.getCurrentThreadAllocatedBytes();
    sum += chooseAll(flag, keys);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(sum).isPositive();
    // Asking for it takes a few bytes itself.
    assertThat(allocated).isLessThan(keys.length);
  }

  private static long chooseAll(CompiledFlag flag, String[] keys) {
    long sum = 0;
    for (String key : keys) {
      sum += flag.choose(key, Caller.UNKNOWN) + flag.choose(null, Caller.UNKNOWN);
    }
    return sum;
  }
}
