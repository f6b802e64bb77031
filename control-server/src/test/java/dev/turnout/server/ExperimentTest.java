package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Experiments: they split a flag's callers, and show what came of it. */
final class ExperimentTest extends WithServer {
  // As the guide for state persistence has it, but that a flag is named.
  private static final String PERFORMANCE =
      """
      {
        "experiment": "state_persistence_performance",
        "flag": "x",
        "variants": {"control": 50, "treatment": 50},
        "metrics": ["game_latency_p99", "error_rate", "user_satisfaction"],
        "min_sample_size": 10
      }""";

  private static final String AT = "/experiments/state_persistence_performance";

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{}").is(201);
  }

  private void reported(long sequence, String variant, long flagRevision, long calls, long errors) {
    served
        .report(
            """
            {"service": "game", "instance": "game-%s", "boot_id": "b", "sequence": %d,
             "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "trips": [],
             "counts": [{"flag": "x", "flag_revision": %d, "ring": "ga", "path": "%s",
               "variant": "%s", "calls": %d, "errors": %d, "consecutive_errors": 0,
               "latency": {"sum_nanos": 1000, "buckets": {"160": %d}}}]}"""
                .formatted(
                    variant,
                    sequence,
                    flagRevision,
                    variant.equals("off") ? "fallback" : "new",
                    variant,
                    calls,
                    errors,
                    calls))
        .is(202);
  }

  @Test
  void put_splitsTheFlagsCallers() {
    Served.Answer answer = served.put(AT, PERFORMANCE).is(201);
    JsonNode flag = served.flag("x");
    assertThat(flag.get("percentage").doubleValue()).isEqualTo(50);
    assertThat(flag.get("variants").get("treatment").doubleValue()).isEqualTo(100);
    assertThat(flag.get("variants").has("control")).isFalse();
    assertThat(answer.json().get("results").get("in_force").booleanValue()).isTrue();
    assertThat(answer.json().get("results").get("enough").booleanValue()).isFalse();
    served.put(AT, PERFORMANCE).is(200);
  }

  @Test
  void results_arePerVariant_andOnlySinceTheSplit() {
    long before = served.flag("x").get("revision").longValue();
    served.put(AT, PERFORMANCE).is(201);
    long since = served.flag("x").get("revision").longValue();
    reported(1, "on", before, 1_000, 1_000);
    reported(1, "treatment", since, 20, 5);
    reported(1, "off", since, 9, 0);
    JsonNode results = served.get(AT).is(200).json().get("results");
    JsonNode treatment = results.get("variants").get("treatment");
    assertThat(treatment.get("calls").longValue()).isEqualTo(20);
    assertThat(treatment.get("error_rate").doubleValue()).isEqualTo(0.25);
    assertThat(treatment.get("p99_ms").doubleValue()).isCloseTo(1.1, within(0.1));
    assertThat(results.get("variants").get("control").get("calls").longValue()).isEqualTo(9);
    assertThat(results.get("enough").booleanValue()).isFalse();
    JsonNode metrics = results.get("metrics");
    assertThat(metrics.get("error_rate").get("treatment").doubleValue()).isEqualTo(0.25);
    assertThat(metrics.get("error_rate").get("control").doubleValue()).isZero();
    assertThat(metrics.get("game_latency_p99").get("treatment").isNumber()).isTrue();
    assertThat(metrics.get("user_satisfaction").isNull()).isTrue();
    reported(2, "off", since, 10, 0);
    assertThat(served.get(AT).json().get("results").get("enough").booleanValue()).isTrue();
  }

  @Test
  void threeVariants_oneOfThemTheFallback() {
    served
        .put(
            "/experiments/recovery_feature_value",
            """
            {"flag": "x", "control": "no_recovery", "metrics": ["games_recovered"],
             "variants": {
               "no_recovery": 33.33, "auto_recovery": 33.33, "manual_recovery": 33.34}}""")
        .is(201);
    JsonNode flag = served.flag("x");
    assertThat(flag.get("percentage").doubleValue()).isEqualTo(66.67);
    assertThat(flag.get("variants").get("auto_recovery").doubleValue())
        .isCloseTo(49.993, within(0.001));
    assertThat(flag.get("variants").get("manual_recovery").doubleValue())
        .isCloseTo(50.007, within(0.001));
  }

  @Test
  void withoutControl_theShareStays() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(200);
    served.put("/experiments/x", "{\"variants\": {\"a\": 30, \"b\": 70}}").is(201);
    assertThat(served.flag("x").get("percentage").doubleValue()).isEqualTo(10);
    assertThat(served.flag("x").get("variants").get("b").doubleValue()).isEqualTo(70);
  }

  @Test
  void onlyControl_isEverybodyOnTheFallback() {
    served.put("/experiments/x", "{\"variants\": {\"control\": 100, \"b\": 0}}").is(201);
    assertThat(served.flag("x").get("percentage").doubleValue()).isZero();
  }

  @Test
  void split_isRefusedAsAnyRaisingIs() {
    served.put("/feature-flags/x", "{\"frozen\": true}").is(200);
    assertThat(
            served
                .put(AT, PERFORMANCE)
                .isProblem(409, null)
                .json()
                .get("overrides")
                .get(0)
                .stringValue())
        .isEqualTo("frozen");
    served.get(AT).is(404);
  }

  @Test
  void splitByAnotherHand_isNoLongerInForce() {
    served.put(AT, PERFORMANCE).is(201);
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(200);
    assertThat(served.get(AT).json().get("results").get("in_force").booleanValue()).isFalse();
  }

  @Test
  void delete_leavesTheFlag_andTheFlagTakesItAlong() {
    served.put(AT, PERFORMANCE).is(201);
    served.delete(AT).is(204);
    served.get(AT).is(404);
    assertThat(served.flag("x").get("percentage").doubleValue()).isEqualTo(50);
    served.put(AT, PERFORMANCE).is(201);
    served.delete("/feature-flags/x").is(204);
    assertThat(served.get("/experiments").json().get("experiments").isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                         | variants
          {"variants": {}}                                           | variants
          {"variants": {"a": 50}}                                    | variants
          {"variants": {"off": 100}}                                 | variants
          {"variants": {"a": 100}, "control": "b"}                   | control
          {"variants": {"a": 100}, "experiment": "y"}                | experiment
          {"variants": {"a": 100}, "min_sample_size": -1}            | min_sample_size
          {"variants": {"a": 100}, "metrics": [1]}                   | metrics
          {"variants": {"a": 100}, "sample": 1}                      | sample
          """)
  void nonsense_namesTheField(String body, String field) {
    served.put("/experiments/x", body).isProblem(400, field);
  }

  @Test
  void unknownFlag_isNotFound() {
    served.put("/experiments/nobody", "{\"variants\": {\"a\": 100}}").is(404);
  }
}
