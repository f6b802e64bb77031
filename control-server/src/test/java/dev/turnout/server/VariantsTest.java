package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Flags with variants, over HTTP. */
final class VariantsTest extends WithServer {
  private static final String THIRDS =
      "{\"no_recovery\":33.33,\"auto_recovery\":33.33,\"manual_recovery\":33.34}";

  private void create() {
    served
        .put("/feature-flags/recovery", "{\"percentage\": 100, \"variants\": " + THIRDS + "}")
        .is(201);
  }

  private Served.Answer put(String fields) {
    return served.put("/feature-flags/recovery", fields);
  }

  private String variants() {
    return served.flag("recovery").get("variants").toString();
  }

  @Test
  void put_isShown_inTheOrderGiven() {
    create();
    assertThat(variants()).isEqualTo(THIRDS);
    put("{\"percentage\": 50}").is(200);
    assertThat(variants()).isEqualTo(THIRDS);
  }

  @Test
  void put_replacesAll_emptyRemoves() {
    create();
    put("{\"variants\": {\"a\": 50, \"b\": 50}}").is(200);
    assertThat(variants()).isEqualTo("{\"a\":50,\"b\":50}");
    put("{\"variants\": {}}").is(200);
    assertThat(variants()).isEqualTo("{}");
  }

  @Test
  void put_otherOrder_isAChange() {
    put("{\"variants\": {\"a\": 50, \"b\": 50}}").is(201);
    put("{\"variants\": {\"a\": 50, \"b\": 50}}").is(200);
    assertThat(served.revision()).isEqualTo(1);
    put("{\"variants\": {\"b\": 50, \"a\": 50}}").is(200);
    assertThat(served.revision()).isEqualTo(2);
    assertThat(variants()).isEqualTo("{\"b\":50,\"a\":50}");
  }

  @Test
  void put_wrongSum_saysWhatItIs() {
    put("{\"variants\": {\"a\": 33.33, \"b\": 33.33, \"c\": 33.33}}").isProblem(400, "variants");
    assertThat(put("{\"variants\": {\"a\": 99.99}}").json().get("detail").stringValue())
        .isEqualTo("variants: must have weights that sum to exactly 100 %, not 99.99 %");
  }

  @Test
  void restart_keepsThemInOrder() throws Exception {
    create();
    served.close();
    served = Served.in(data);
    assertThat(variants()).isEqualTo(THIRDS);
  }

  private JsonNode evaluate(String user) {
    return served
        .post("/feature-flags/evaluate", "{\"context\": {\"user_id\": \"" + user + "\"}}")
        .is(200)
        .json()
        .get("flags")
        .get("recovery");
  }

  @Test
  void evaluate_raised_keepsEverybodysVariant() {
    create();
    Map<String, String> before = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      JsonNode decision = evaluate("user-" + i);
      assertThat(decision.get("on").booleanValue()).isTrue();
      assertThat(decision.get("reason").stringValue()).isEqualTo("SPLIT");
      before.put("user-" + i, decision.get("variant").stringValue());
    }
    assertThat(before.values())
        .contains("no_recovery", "auto_recovery", "manual_recovery")
        .doesNotContain("on", "off");
    put("{\"percentage\": 40}").is(200);
    before.forEach(
        (user, variant) ->
            assertThat(evaluate(user).get("variant").stringValue()).isIn(variant, "off"));
  }

  @Test
  void explain_tellsTheVariantsBucket() {
    create();
    JsonNode answer =
        served
            .post("/feature-flags/explain/recovery", "{\"context\": {\"user_id\": \"u\"}}")
            .is(200)
            .json();
    JsonNode steps = answer.get("steps");
    assertThat(steps.get(steps.size() - 1).stringValue())
        .startsWith("variant: " + answer.get("variant").stringValue() + ", for its bucket");
  }

  @Test
  void frozen_keepsItsSplit() {
    create();
    served.post("/feature-flags/freeze/recovery", "").is(200);
    put("{\"variants\": {\"auto_recovery\": 100}}").isProblem(409, null);
    put("{\"variants\": {}}").isProblem(409, null);
    assertThat(put("{\"variants\": {}, \"percentage\": 50}").json().get("detail").stringValue())
        .startsWith("recovery is frozen: unfreeze it before its callers may get other variants");
    assertThat(variants()).isEqualTo(THIRDS);
    put("{\"variants\": " + THIRDS + ", \"percentage\": 50}").is(200);

    // Off moves nobody; but there is no way back on while it is frozen.
    put("{\"variants\": {}, \"enabled\": false}").is(200);
    put("{\"enabled\": true}").isProblem(409, null);
    served.post("/feature-flags/unfreeze/recovery", "").is(200);
    put("{\"enabled\": true, \"variants\": " + THIRDS + "}").is(200);
  }

  private static String report(String counts, String trips) {
    return """
        {"service": "game", "instance": "game-1", "region": "eu", "boot_id": "b1",
         "sequence": 1, "agent_version": "0.1.0", "epoch": 1, "revision": 1, "gates": [],
         "counts": [%s], "trips": [%s]}"""
        .formatted(counts, trips);
  }

  private static String count(String path, String variant, long calls) {
    return """
        {"flag": "recovery", "flag_revision": 1, "ring": "ga", "path": "%s", %s "calls": %d,
         "errors": 1, "consecutive_errors": 0}"""
        .formatted(path, variant, calls);
  }

  private JsonNode status() {
    return served.get("/status.json").is(200).json().get("flags").get(0);
  }

  @Test
  void status_showsWhatEachVariantDid() {
    create();
    served
        .report(
            report(
                String.join(
                    ",",
                    count("new", "\"variant\": \"manual_recovery\",", 7),
                    count("new", "\"variant\": \"gone\",", 2),
                    count("new", "", 3),
                    count("fallback", "\"variant\": \"off\",", 5),
                    count("fallback", "", 4)),
                ""))
        .is(202);
    assertThat(status().get("variants").toString()).isEqualTo(THIRDS);
    JsonNode instance = status().get("instances").get(0);
    assertThat(instance.get("new").get("calls").longValue()).isEqualTo(12);
    assertThat(instance.get("fallback").get("calls").longValue()).isEqualTo(9);
    JsonNode variants = instance.get("variants");
    assertThat(variants.propertyNames())
        .containsExactly("no_recovery", "auto_recovery", "manual_recovery", "gone", "on");
    assertThat(variants.get("manual_recovery").get("calls").longValue()).isEqualTo(7);
    assertThat(variants.get("manual_recovery").get("errors").longValue()).isEqualTo(1);
    assertThat(variants.get("no_recovery").get("calls").longValue()).isZero();
    assertThat(variants.get("on").get("calls").longValue()).isEqualTo(3);
  }

  @Test
  void status_withoutVariants_hasNone() {
    put("{\"percentage\": 50}").is(201);
    served.report(report(count("new", "\"variant\": \"on\",", 7), "")).is(202);
    assertThat(status().get("variants").toString()).isEqualTo("{}");
    assertThat(status().get("instances").get(0).get("variants").toString()).isEqualTo("{}");
  }

  @Test
  void tripOfAVariant_stopsTheFlag_andNamesIt() {
    create();
    put("{\"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}").is(200);
    String trip =
        """
        {"flag": "recovery", "variant": "manual_recovery", "flag_revision": 1,
         "limit": "error_rate > 5 %", "rule": "threshold", "observed": 20.5, "calls": 117,
         "bad": 24, "at": "2026-01-01T10:00:00Z"}""";
    served.report(report("", trip)).is(202);
    JsonNode stop = status().get("stop");
    assertThat(stop.get("reason").stringValue())
        .startsWith("error_rate > 5 % breached by variant manual_recovery: 24 of 117 calls");
    assertThat(stop.get("evidence").get("variant").stringValue()).isEqualTo("manual_recovery");
    assertThat(evaluate("u").get("variant").stringValue()).isEqualTo("off");
  }
}
