package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.auth.TokenKind;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Staged rollouts over HTTP: the plan, its stages, and the flag that goes along. */
final class RolloutTest extends WithServer {
  private static final String X = "/rollouts/x";
  private static final String FLAG = "/feature-flags/x";

  // Not by themselves, so that nothing moves between two requests.
  private static final String PLAN =
      """
      {"automatic": false, "stages": [
        {"percentage": 5, "hold": "0s"}, {"percentage": 25, "hold": "1h"},
        {"percentage": 100, "hold": "0s"}]}""";

  @BeforeEach
  void create() {
    served.put(FLAG, "{}").is(201);
  }

  private void planned() {
    served.put(X, PLAN).is(201);
  }

  private void inStage(int stage) {
    planned();
    step("start").is(200);
    for (int i = 1; i < stage; i++) {
      step("advance").is(200);
    }
  }

  private Served.Answer step(String name) {
    return served.post(X + "/" + name, "");
  }

  private String state() {
    JsonNode rollout = served.get(X).is(200).json();
    JsonNode stage = rollout.get("stage");
    return rollout.get("state").stringValue() + (stage.isNull() ? "" : " " + stage.intValue());
  }

  private double percentage() {
    return served.flag("x").get("percentage").doubleValue();
  }

  @Test
  void plan_changesNothingYet() {
    Served.Answer answer = served.put(X, PLAN).is(201);
    assertThat(answer.json().get("since").isNull()).isTrue();
    assertThat(answer.json().get("held_at").isNull()).isTrue();
    assertThat(state()).isEqualTo("pending");
    assertThat(percentage()).isZero();
    assertThat(served.get("/rollouts").is(200).json().get("rollouts").get(0).get("flag").asString())
        .isEqualTo("x");
  }

  @Test
  void stages_moveTheFlag_toTheEnd() {
    planned();
    assertThat(step("start").is(200).json().get("stage").intValue()).isOne();
    assertThat(percentage()).isEqualTo(5);
    assertThat(served.flag("x").get("enabled").booleanValue()).isTrue();
    step("advance").is(200);
    assertThat(percentage()).isEqualTo(25);
    Served.Answer early = step("advance").isProblem(409, null);
    assertThat(early.json().get("overrides").get(0).stringValue()).isEqualTo("hold");
    assertThat(early.body()).contains("x is to stay in stage 2 of its rollout until 20");
    assertThat(percentage()).isEqualTo(25);
    served
        .post(X + "/advance", "{\"override\": \"hold\", \"reason\": \"watched it all night\"}")
        .is(200);
    assertThat(percentage()).isEqualTo(100);
    assertThat(step("advance").is(200).json().get("state").stringValue()).isEqualTo("completed");
    step("advance").isProblem(409, null);
    JsonNode entries = served.get("/audit?flag=x").is(200).json().get("entries");
    assertThat(entries.get(0).get("action").stringValue()).isEqualTo("rollout-complete");
    assertThat(entries.get(1).get("action").stringValue()).isEqualTo("rollout-advance");
    assertThat(entries.get(1).get("overrides").get(0).stringValue()).isEqualTo("hold");
    assertThat(entries.get(1).get("reason").stringValue()).isEqualTo("watched it all night");
    assertThat(entries.get(2).get("action").stringValue()).isEqualTo("stage");
  }

  @Test
  void plan_thatGoesBack_isRefused() {
    served
        .put(X, "{\"stages\": [{\"percentage\": 25}, {\"percentage\": 10}]}")
        .isProblem(400, "stages[1]");
    served
        .put(
            X,
            """
            {"stages": [{"rings": {"internal": 100, "ga": 0}}, {"rings": {"ga": 10}}]}""")
        .isProblem(400, "stages[1]");
  }

  @Test
  void plan_thatLeavesOutAStepOfTheLadder_isRefused_unlessSomebodyIsThereToOverrideIt() {
    served.put(FLAG, "{\"ladder\": [1, 10, 50, 100]}").is(200);
    served
        .put(X, "{\"stages\": [{\"percentage\": 1}, {\"percentage\": 50}]}")
        .isProblem(400, "stages[1]");
    served.put(X, "{\"stages\": [{\"percentage\": 1}, {\"percentage\": 5}]}").is(201);
    served
        .put(
            X,
            """
            {"automatic": false, "stages": [{"percentage": 1}, {"percentage": 50}]}""")
        .is(200);
  }

  @Test
  void start_ofAFlagThatIsFurtherOn_saysSo() {
    served.put(FLAG, "{\"percentage\": 50}").is(200);
    planned();
    assertThat(step("start").is(200).json().get("warnings").get(0).stringValue())
        .isEqualTo("the first stage takes x from 50 % to 5 %");
  }

  @Test
  void rings_areStagesToo() {
    served
        .put(
            X,
            """
            {"automatic": false, "stages": [{"rings": {"internal": 100, "ga": 0}, "hold": "0s"},
              {"rings": {"internal": 100, "ga": 10}}]}""")
        .is(201);
    step("start").is(200);
    step("advance").is(200);
    assertThat(served.flag("x").get("strategy").stringValue()).isEqualTo("ring");
    assertThat(served.flag("x").get("rings").get("ga").doubleValue()).isEqualTo(10);
  }

  @Test
  void rollback_takesEverybodyBack_andNothingBringsTheShareBack() {
    inStage(2);
    served.put(FLAG, "{\"frozen\": true}").is(200);
    served
        .send(served.token(TokenKind.KILLER, null), "POST", X + "/rollback", "not even JSON")
        .is(200);
    assertThat(state()).isEqualTo("rolled_back 2");
    assertThat(percentage()).isZero();
    assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();
    step("resume").isProblem(409, null);
    step("rollback").is(200);
  }

  @Test
  void rolledBack_startsAgain() {
    inStage(2);
    step("rollback").is(200);
    step("start").is(200);
    assertThat(state()).isEqualTo("running 1");
    assertThat(percentage()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST | /feature-flags/kill/x                | {}                                | stopped
          POST | /feature-flags/toggle                | {"flag": "x", "enabled": false}   | changed the flag
          PUT  | /feature-flags/x                     | {"percentage": 1}                 | changed the flag
          POST | /feature-flags/rollout/x/decrease    | {"decrease_by": 1}                | changed the flag
          """)
  void whatSomebodyDoesToTheFlag_pausesIt(String method, String path, String body, String why) {
    inStage(2);
    served.send(served.admin, method, path, body).is(200);
    assertThat(state()).isEqualTo("paused 2");
    assertThat(served.get(X).json().get("why").stringValue()).contains(why);
    step("advance").isProblem(409, null);
  }

  @Test
  void whatDoesNotMoveCallers_letsItRun() {
    inStage(2);
    served.put(FLAG, "{\"description\": \"d\"}").is(200);
    assertThat(state()).isEqualTo("running 2");
  }

  @Test
  void resume_bringsTheStageBack_andHoldsAnew() {
    inStage(2);
    served.put(FLAG, "{\"percentage\": 1}").is(200);
    step("resume").is(200);
    assertThat(percentage()).isEqualTo(25);
    step("advance").isProblem(409, null);
  }

  @Test
  void stoppedFlag_isResetFirst() {
    inStage(1);
    served.post("/feature-flags/kill/x", "").is(200);
    assertThat(step("resume").isProblem(409, null).body()).contains("reset it");
    served.post("/feature-flags/reset/x", "").is(200);
    step("resume").is(200);
    assertThat(state()).isEqualTo("running 1");
  }

  @Test
  void raisingPastTheNextStage_isRefused() {
    inStage(1);
    Served.Answer answer = served.put(FLAG, "{\"percentage\": 100}").isProblem(409, null);
    assertThat(answer.json().get("overrides").get(0).stringValue()).isEqualTo("ladder");
    assertThat(answer.body()).contains("the next step of its rollout is 25 %");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PUT  | /feature-flags/x                   | {"percentage": 100}
          PUT  | /feature-flags/x                   | {"percentage": 26}
          POST | /feature-flags/rollout/x/increase  | {"increase_by": 1}
          PUT  | /experiments/x                     | {"variants": {"control": 50, "t": 50}}
          PUT  | /import   | {"format": 1, "flags": [{"name": "x", "percentage": 30}]}
          """)
  void raisingBesideTheStage_isRefusedWhileItHolds(String method, String path, String body) {
    inStage(2);
    Served.Answer answer = served.send(served.admin, method, path, body).isProblem(409, null);
    assertThat(answer.json().get("overrides").get(0).stringValue()).isEqualTo("hold");
    assertThat(state()).isEqualTo("running 2");
    // Nor once somebody has pulled it back.
    served.put(FLAG, "{\"percentage\": 0}").is(200);
    served.send(served.admin, method, path, body).isProblem(409, null);
    assertThat(percentage()).isZero();
    step("resume").is(200);
    assertThat(percentage()).isEqualTo(25);
  }

  @Test
  void secondRollout_isRefused_untilTheFirstIsOver() {
    inStage(1);
    served.put("/feature-flags/y", "{}").is(201);
    served.put("/rollouts/y", PLAN).is(201);
    Served.Answer answer = served.post("/rollouts/y/start", "").isProblem(409, null);
    assertThat(answer.json().get("overrides").get(0).stringValue()).isEqualTo("rollout");
    step("rollback").is(200);
    served.post("/rollouts/y/start", "").is(200);
  }

  @Test
  void frozen_keepsItsStage() {
    inStage(1);
    served.post("/feature-flags/freeze/x", "").is(200);
    assertThat(step("advance").isProblem(409, null).json().get("overrides").get(0).stringValue())
        .isEqualTo("frozen");
    assertThat(state()).isEqualTo("running 1");
  }

  @Test
  void plan_underWay_changesOnlyWhatIsToCome() {
    inStage(2);
    served.put(X, PLAN.replace("\"percentage\": 5", "\"percentage\": 6")).isProblem(409, null);
    served.put(X, PLAN.replace("100", "50")).is(200);
    assertThat(state()).isEqualTo("running 2");
    served.delete(X).isProblem(409, null);
    step("rollback").is(200);
    served.delete(X).is(204);
    served.get(X).is(404);
  }

  @Test
  void ifMatch_isTheFence() {
    inStage(1);
    String tag = served.get(X).response().headers().firstValue("ETag").orElseThrow();
    step("pause").is(200);
    step("resume").is(200);
    served
        .send(
            served
                .request(served.admin, X + "/advance")
                .header("If-Match", tag)
                .POST(BodyPublishers.noBody())
                .build())
        .isProblem(412, null);
    assertThat(state()).isEqualTo("running 1");
  }

  @Test
  void deletedFlag_takesItsRolloutAlong() {
    inStage(1);
    served.delete(FLAG).is(204);
    served.get(X).is(404);
    assertThat(served.get("/rollouts").json().get("rollouts").isEmpty()).isTrue();
  }

  @Test
  void automatic_goesOnByItself() {
    served
        .put(
            X,
            """
            {"stages": [{"percentage": 5, "hold": "1s", "min_calls": 0},
              {"percentage": 100, "hold": "0s", "min_calls": 0}]}""")
        .is(201);
    step("start").is(200);
    await().atMost(Duration.ofSeconds(20)).until(() -> state().equals("completed 2"));
    assertThat(percentage()).isEqualTo(100);
    JsonNode entries = served.get("/audit?flag=x").is(200).json().get("entries");
    assertThat(entries.get(0).get("actor").stringValue()).isEqualTo("(rollout)");
    assertThat(entries.get(0).get("reason").stringValue()).contains("has held since");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                      | stages
          {"stages": []}                                          | stages
          {"stages": 5}                                           | stages
          {"stages": [5]}                                         | stages[0]
          {"stages": [{}]}                                        | stages[0]
          {"stages": [{"percentage": 101}]}                       | stages[0].percentage
          {"stages": [{"percentage": "5"}]}                       | stages[0].percentage
          {"stages": [{"percentage": 5, "rings": {"a": 1}}]}      | stages[0]
          {"stages": [{"rings": {"a b": 1}}]}                     | stages[0].rings
          {"stages": [{"percentage": 5}, {"percentage": 6, "hold": "1 day"}]} | stages[1].hold
          {"stages": [{"percentage": 5, "hold": "721h"}]}         | stages[0].hold
          {"stages": [{"percentage": 5, "min_calls": -1}]}        | stages[0].min_calls
          {"stages": [{"percentage": 5, "minimum": 1}]}           | stages[0].minimum
          {"stages": [{"percentage": 5}], "automatic": "yes"}     | automatic
          {"stages": [{"percentage": 5}], "state": "completed"}   | state
          """)
  void plan_ofNonsense_namesTheField(String body, String field) {
    served.put(X, body).isProblem(400, field);
    served.get(X).is(404);
  }

  @Test
  void unknownFlag_hasNone() {
    served.put("/rollouts/nobody", PLAN).is(404);
    served.get("/rollouts/nobody").is(404);
    served.post("/rollouts/nobody/start", "").is(404);
    served.post("/rollouts/nobody/rollback", "").is(404);
  }
}
