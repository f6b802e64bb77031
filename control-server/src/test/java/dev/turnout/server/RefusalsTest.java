package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What raises exposure in too large a step or at a bad time is refused, and can be forced. */
final class RefusalsTest extends WithServer {
  private static final String X = "/feature-flags/x";

  private static final String ALWAYS =
      "{\"blackouts\": [{\"name\": \"always\", \"from\": \"00:00\", \"to\": \"00:00\","
          + " \"zone\": \"UTC\"}]}";

  private void withLadder(String name) {
    served.put("/feature-flags/" + name, "{\"ladder\": [1, 5, 10, 50, 100]}").is(201);
  }

  private void isRefused(Served.Answer answer, String override, String... why) {
    answer.isProblem(409, null);
    assertThat(answer.json().get("overrides").get(0).stringValue()).isEqualTo(override);
    assertThat(answer.json().get("overrides").size()).isOne();
    assertThat(answer.json().get("detail").stringValue())
        .contains(why)
        .endsWith("To do it all the same, give a reason and override=" + override);
  }

  private double percentage(String name) {
    return served.flag(name).get("percentage").doubleValue();
  }

  @Test
  void stepLeftOut_refused() {
    withLadder("x");
    served.put(X, "{\"percentage\": 1}").is(200);
    isRefused(
        served.put(X, "{\"percentage\": 10}"),
        "ladder",
        "x is at 1 % and the next step of its ladder is 5 %, not 10 %");
    served.put(X, "{\"percentage\": 4.5}").is(200);
    served.put(X, "{\"percentage\": 5}").is(200);
    isRefused(served.post("/feature-flags/rollout/x/increase", ""), "ladder", "is at 5 %");
    served.post("/feature-flags/rollout/x/increase", "{\"increase_by\": 5}").is(200);
    assertThat(percentage("x")).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"percentage\": 50, \"ladder\": []}",
        "{\"percentage\": 50, \"ladder\": [50, 100]}",
        "{\"strategy\": \"ring\", \"rings\": {\"ga\": 50}}",
      })
  void stepLeftOutByADetour_refused(String fields) {
    withLadder("x");
    isRefused(served.put(X, fields), "ladder", "x is at 0 %");
  }

  @Test
  void stepLeftOutByDisabling_refused() {
    withLadder("x");
    served.put(X, "{\"percentage\": 1, \"enabled\": false}").is(200);
    served.put(X, "{\"percentage\": 50}").is(200);
    isRefused(
        served.post("/feature-flags/toggle", "{\"flag\": \"x\", \"enabled\": true}"),
        "ladder",
        "x is at 0 %",
        "not 50 %");
  }

  @Test
  void newFlagAboveItsFirstStep_refused() {
    isRefused(
        served.put(X, "{\"percentage\": 20, \"ladder\": [10, 100]}"), "ladder", "next", "10 %");
    served.get(X).is(404);
  }

  @Test
  void ringsBesideGa_areNotBoundByTheLadder() {
    withLadder("x");
    served.put(X, "{\"strategy\": \"ring\", \"rings\": {\"internal\": 100, \"ga\": 1}}").is(200);
  }

  @Test
  void secondRolloutAtOnce_refused() {
    withLadder("x");
    withLadder("y");
    served.put(X, "{\"percentage\": 1}").is(200);
    isRefused(
        served.put("/feature-flags/y", "{\"percentage\": 1}"),
        "rollout",
        "x is on its way up",
        "not y");
    // Without a ladder a flag takes no part in it.
    served.put("/feature-flags/z", "{\"percentage\": 30}").is(201);
    served
        .post(
            "/feature-flags/bulk-update",
            "[{\"name\": \"x\", \"percentage\": 5}, {\"name\": \"y\", \"percentage\": 1}]")
        .is(200);
    served.put("/policy", "{\"one_rollout\": false}").is(200);
    served.put("/feature-flags/y", "{\"percentage\": 5}").is(200);
  }

  @Test
  void blackout_refusesWhatRaises() {
    served.put(X, "{\"percentage\": 10}").is(201);
    served.put("/policy", ALWAYS).is(200);
    isRefused(
        served.put(X, "{\"percentage\": 11}"),
        "blackout",
        "nothing is raised during \"always\"",
        "from 00:00 to 00:00 UTC",
        "so not x");
    isRefused(served.put("/feature-flags/new", "{\"percentage\": 1}"), "blackout", "not new");
    served.put("/feature-flags/new", "{\"description\": \"at 0 %\"}").is(201);
    served.put("/policy", "{}").is(200);
    served.put(X, "{\"percentage\": 11}").is(200);
  }

  @Test
  void blackoutOfOnce_endsByItself() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String window =
        "{\"blackouts\": [{\"name\": \"launch\", \"from\": \"%s\", \"until\": \"%s\"}]}";
    served.put("/policy", window.formatted(now.minusSeconds(60), now.minusSeconds(30))).is(200);
    served.put(X, "{\"percentage\": 10}").is(201);
    served.put("/policy", window.formatted(now.minusSeconds(60), now.plusSeconds(900))).is(200);
    isRefused(served.put(X, "{\"percentage\": 20}"), "blackout", "until " + now.plusSeconds(900));
  }

  @Test
  void dependencyThatIsOff_refusesWhatDependsOnIt() {
    served.put("/feature-flags/base", "{\"percentage\": 100}").is(201);
    served.put(X, "{\"dependencies\": [\"base\"]}").is(201);
    served.put("/feature-flags/top", "{\"dependencies\": [\"x\"]}").is(201);
    served.put("/feature-flags/top", "{\"percentage\": 10}").is(200);
    served.post("/feature-flags/kill/base", "").is(200);
    isRefused(
        served.put("/feature-flags/top", "{\"percentage\": 20}"),
        "dependency",
        "top depends on base, which is killed");
    served.post("/feature-flags/reset/base", "").is(200);
    served.put("/feature-flags/top", "{\"percentage\": 20}").is(200);
  }

  @Test
  void frozen_canBeForced() {
    served.put(X, "{\"percentage\": 10, \"frozen\": true}").is(201);
    isRefused(served.put(X, "{\"percentage\": 20}"), "frozen", "x is frozen: unfreeze it");
    served
        .put(X, "{\"percentage\": 20, \"override\": \"frozen\", \"reason\": \"asked by Ann\"}")
        .is(200);
    assertThat(percentage("x")).isEqualTo(20);
    assertThat(served.flag("x").get("frozen").booleanValue()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?override=ladder,blackout&reason=incident%204 | {\"percentage\": 50}",
        "?override=ladder&override=blackout            | {\"percentage\": 50, \"reason\": \"incident 4\"}",
        "''   | {\"percentage\": 50, \"reason\": \"incident 4\", \"override\": [\"ladder\", \"blackout\"]}",
        "''   | {\"percentage\": 50, \"reason\": \"incident 4\", \"override\": \"ladder,blackout,frozen\"}",
      })
  void allRefusalsAreToldAtOnce_andOverridden_andAudited(String query, String body) {
    withLadder("x");
    served.put("/policy", ALWAYS).is(200);
    JsonNode refused = served.put(X, "{\"percentage\": 50}").isProblem(409, null).json();
    assertThat(refused.get("overrides").toString()).isEqualTo("[\"ladder\",\"blackout\"]");
    served.put(X + query, body).is(200);
    JsonNode newest = served.get("/audit").json().get("entries").get(0);
    assertThat(newest.get("reason").stringValue()).isEqualTo("incident 4");
    // Only what there was to go against.
    assertThat(newest.get("overrides").toString()).isEqualTo("[\"ladder\",\"blackout\"]");
    assertThat(newest.get("after").has("override")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"percentage\": 1, \"override\": \"frozen\"}                                | reason",
        "{\"percentage\": 1, \"override\": \"frozen\", \"reason\": \" \"}             | reason",
        "{\"percentage\": 1, \"override\": \"everything\", \"reason\": \"r\"}         | override",
        "{\"percentage\": 1, \"override\": [\"frozen\", 4], \"reason\": \"r\"}        | override",
        "{\"percentage\": 1, \"override\": {}, \"reason\": \"r\"}                     | override",
        "{\"percentage\": 1, \"reason\": 4}                                           | reason",
      })
  void overrideThatIsNotUnderstood_refused(String body, String field) {
    served.put(X, body).isProblem(400, field);
    served.get(X).is(404);
  }

  @Test
  void towardsFallback_isNeverRefused() {
    served.put("/feature-flags/base", "{\"percentage\": 100}").is(201);
    for (String name : List.of("a", "b", "c", "d", "e", "f")) {
      served
          .put(
              "/feature-flags/" + name,
              "{\"percentage\": 50, \"dependencies\": [\"base\"], \"strategy\": \"percentage\"}")
          .is(201);
      served
          .put(
              "/feature-flags/" + name,
              "{\"ladder\": [1, 50, 100], \"frozen\": true, \"rings\": {\"ga\": 50}}")
          .is(200);
    }
    served.put("/canary", "{\"mode\": true}").is(200);
    served.post("/feature-flags/kill/base", "").is(200);
    served.put("/policy", ALWAYS).is(200);

    served.put("/feature-flags/a", "{\"percentage\": 49}").is(200);
    served.post("/feature-flags/rollout/b/decrease?override=nonsense", "garbage").is(200);
    served.post("/feature-flags/kill/c?override=frozen", "{\"override\": 4}").is(200);
    served
        .post("/feature-flags/toggle?override=frozen", "{\"flag\": \"d\", \"enabled\": false}")
        .is(200);
    served
        .post(
            "/feature-flags/bulk-update",
            "[{\"name\": \"e\", \"enabled\": false}, {\"name\": \"f\", \"percentage\": 0}]")
        .is(200);
    served.put("/canary?override=nonsense", "{\"mode\": false}").is(200);
    served.delete("/feature-flags/a").is(204);
    assertThat(percentage("b")).isEqualTo(40);
    assertThat(served.flag("c").get("stop").get("kind").stringValue()).isEqualTo("killed");
    assertThat(served.flag("d").get("enabled").booleanValue()).isFalse();
    assertThat(served.flag("e").get("enabled").booleanValue()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"blackout\": []}                                                     | blackout",
        "{\"one_rollout\": 1}                                                   | one_rollout",
        "{\"blackouts\": {}}                                                    | blackouts",
        "{\"blackouts\": [4]}                                                   | blackouts[0]",
        "{\"blackouts\": [{\"name\": \"n\", \"to\": \"08:00\", \"zone\": \"UTC\"}]} | blackouts[0].from",
        "{\"blackouts\": [{\"name\": \"n\", \"from\": \"25:00\", \"to\": \"08:00\", \"zone\": \"UTC\"}]}"
            + " | blackouts[0].from",
        "{\"blackouts\": [{\"name\": \"n\", \"from\": \"18:00\", \"to\": \"08:00\", \"zone\": \"Mars\"}]}"
            + " | blackouts[0].zone",
        "{\"blackouts\": [{\"name\": \"n\", \"days\": [\"friday\"], \"from\": \"18:00\","
            + " \"to\": \"08:00\", \"zone\": \"UTC\"}]} | blackouts[0].days",
        "{\"blackouts\": [{\"name\": \"n\", \"from\": \"2026-12-24T00:00:00Z\","
            + " \"until\": \"2026-12-24T00:00:00Z\"}]} | blackouts[0].until",
      })
  void policyThatIsNotUnderstood_refused(String body, String field) {
    served.put("/policy", body).isProblem(400, field);
    assertThat(served.get("/policy").json().toString())
        .isEqualTo("{\"blackouts\":[],\"one_rollout\":true}");
  }

  @Test
  void policy_staysOverARestart() throws Exception {
    String policy =
        "{\"blackouts\":[{\"name\":\"nights\",\"days\":[\"mon\",\"fri\"],\"from\":\"18:00\","
            + "\"to\":\"08:00\",\"zone\":\"Europe/Berlin\"}],\"one_rollout\":false}";
    assertThat(served.put("/policy", policy).is(200).body()).isEqualTo(policy);
    served.close();
    served = Served.in(data);
    assertThat(served.get("/policy").is(200).body()).isEqualTo(policy);
    JsonNode newest = served.get("/audit").json().get("entries").get(0);
    assertThat(newest.get("action").stringValue()).isEqualTo("policy");
    assertThat(newest.get("after").toString()).isEqualTo(policy);
  }
}
