package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The requests that the rollout guide shows, as it shows them. */
final class SeedBodiesTest extends WithServer {
  private static final String MASTER = "use_state_persistence";

  @Test
  void put_createsAndIncreases() {
    served.put("/feature-flags/" + MASTER, "{\"enabled\": true, \"percentage\": 1}").is(201);
    JsonNode flag =
        served
            .post("/feature-flags/rollout/" + MASTER + "/increase", "{\"increase_by\": 4}")
            .is(200)
            .json();
    assertThat(flag.get("percentage").doubleValue()).isEqualTo(5);
    served.put("/feature-flags/" + MASTER, "{\"enabled\": true, \"percentage\": 100}").is(200);
    assertThat(served.flag(MASTER).get("percentage").doubleValue()).isEqualTo(100);
  }

  @Test
  void increase_withoutBody_isTen() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 95}").is(201);
    String increase = "/feature-flags/rollout/" + MASTER + "/increase";
    String decrease = "/feature-flags/rollout/" + MASTER + "/decrease";
    assertThat(percentage(served.send(served.admin, "POST", increase, null))).isEqualTo(100);
    assertThat(percentage(served.send(served.admin, "POST", decrease, null))).isEqualTo(90);
    assertThat(percentage(served.post(decrease, "{\"decrease_by\": 99.5}"))).isEqualTo(0);
  }

  private static double percentage(Served.Answer answer) {
    return answer.is(200).json().get("percentage").doubleValue();
  }

  @Test
  void put_rings() {
    served
        .put(
            "/feature-flags/enable_state_snapshots",
            """
            {
                "enabled": true,
                "strategy": "ring",
                "rings": {"internal": 100, "beta": 0, "ga": 0}
              }""")
        .is(201);
    JsonNode flag =
        served
            .put(
                "/feature-flags/enable_state_snapshots",
                """
                {
                    "enabled": true,
                    "strategy": "ring",
                    "rings": {"internal": 100, "beta": 50, "ga": 0}
                  }""")
            .is(200)
            .json();
    assertThat(flag.get("strategy").stringValue()).isEqualTo("ring");
    assertThat(flag.get("rings").toString()).isEqualTo("{\"internal\":100,\"beta\":50,\"ga\":0}");
  }

  @Test
  void put_percentageOnly_keepsTheRest() {
    served.put("/feature-flags/" + MASTER, "{\"enabled\": false, \"description\": \"d\"}").is(201);
    JsonNode flag = served.put("/feature-flags/" + MASTER, "{\"percentage\": 50}").is(200).json();
    assertThat(flag.get("enabled").booleanValue()).isFalse();
    assertThat(flag.get("description").stringValue()).isEqualTo("d");
    assertThat(flag.get("revision").longValue()).isEqualTo(2);
    assertThat(flag.get("reset_revision").longValue()).isEqualTo(1);
  }

  @Test
  void freeze_refusesRaisesOnly() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 10}").is(201);
    served.send(served.admin, "POST", "/feature-flags/freeze/" + MASTER, null).is(200);
    long frozen = served.revision();
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 11}").isProblem(409, null);
    served.post("/feature-flags/rollout/" + MASTER + "/increase", "").isProblem(409, null);
    served
        .put("/feature-flags/" + MASTER, "{\"frozen\": false, \"percentage\": 11}")
        .isProblem(409, null);
    served
        .put("/feature-flags/" + MASTER, "{\"canary\": {\"users\": [\"u\"]}}")
        .isProblem(409, null);
    assertThat(served.revision()).isEqualTo(frozen);

    served.put("/feature-flags/" + MASTER, "{\"percentage\": 5}").is(200);
    served.post("/feature-flags/kill/" + MASTER, "{\"reason\": \"errors\"}").is(200);
    served.post("/feature-flags/reset/" + MASTER, "").isProblem(409, null);
    served.post("/feature-flags/unfreeze/" + MASTER, "").is(200);
    served.post("/feature-flags/reset/" + MASTER, "").is(200);
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 50}").is(200);
  }

  @Test
  void bulkUpdate_disablesAll() {
    List<String> names = List.of(MASTER, "enable_state_snapshots", "enable_state_recovery");
    names.forEach(name -> served.put("/feature-flags/" + name, "{\"percentage\": 50}").is(201));
    JsonNode answer =
        served
            .post(
                "/feature-flags/bulk-update",
                """
                [
                    {"name": "use_state_persistence", "enabled": false},
                    {"name": "enable_state_snapshots", "enabled": false},
                    {"name": "enable_state_recovery", "enabled": false}
                  ]""")
            .is(200)
            .json();
    assertThat(answer.get("revision").longValue()).isEqualTo(4);
    assertThat(answer.get("flags"))
        .hasSize(3)
        .allSatisfy(flag -> assertThat(flag.get("enabled").booleanValue()).isFalse());
  }

  @Test
  void bulkUpdate_oneBad_changesNothing() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 50}").is(201);
    served
        .post(
            "/feature-flags/bulk-update",
            """
            [{"name": "use_state_persistence", "enabled": false},
             {"name": "fresh", "percentage": 101}]""")
        .isProblem(400, "percentage");
    assertThat(served.revision()).isEqualTo(1);
    assertThat(served.flag(MASTER).get("enabled").booleanValue()).isTrue();
    served.get("/feature-flags/fresh").isProblem(404, null);
  }

  @Test
  void bulkUpdate_dependenciesInAnyOrder() {
    served
        .post(
            "/feature-flags/bulk-update",
            """
            [{"name": "a", "dependencies": ["b"]}, {"name": "b", "percentage": 100}]""")
        .is(200);
    served.delete("/feature-flags/b").isProblem(409, null);
    served.delete("/feature-flags/a").is(204);
    served.delete("/feature-flags/b").is(204);
    served.delete("/feature-flags/b").isProblem(404, null);
  }

  @Test
  void toggle_disables() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 50}").is(201);
    JsonNode flag =
        served
            .post(
                "/feature-flags/toggle",
                "{\"flag\": \"use_state_persistence\", \"enabled\": false}")
            .is(200)
            .json();
    assertThat(flag.get("enabled").booleanValue()).isFalse();
    served
        .post("/feature-flags/toggle", "{\"flag\": \"nobody\", \"enabled\": false}")
        .isProblem(404, null);
  }

  @Test
  void evaluate_user() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 100}").is(201);
    served
        .put(
            "/feature-flags/ringed",
            "{\"strategy\": \"ring\", \"rings\": {\"beta\": 100, \"ga\": 0}}")
        .is(201);
    JsonNode answer =
        served
            .post("/feature-flags/evaluate", "{\"context\": {\"user_id\": \"test-user\"}}")
            .is(200)
            .json();
    assertThat(answer.get("revision").longValue()).isEqualTo(2);
    assertThat(answer.get("flags").get(MASTER).toString())
        .isEqualTo("{\"on\":true,\"variant\":\"on\",\"reason\":\"STATIC\"}");
    assertThat(answer.get("flags").get("ringed").get("on").booleanValue()).isFalse();
    JsonNode beta =
        served
            .post(
                "/feature-flags/evaluate",
                "{\"context\": {\"user_id\": \"u\", \"ring\": \"beta\"}}")
            .is(200)
            .json();
    assertThat(beta.get("flags").get("ringed").get("reason").stringValue()).isEqualTo("RING");
    assertThat(beta.get("flags").get("ringed").get("on").booleanValue()).isTrue();
  }

  @Test
  void evaluate_canaryServer() {
    served.put("/feature-flags/c", "{\"canary\": {\"servers\": [\"game-1\"]}}").is(201);
    served.put("/canary", "{\"mode\": true}").is(200);
    String question = "{\"context\": {\"user_id\": \"u\"}, \"server\": \"%s\", \"region\": \"eu\"}";
    assertThat(reason(question.formatted("game-1"))).isEqualTo("CANARY");
    assertThat(reason(question.formatted("game-2"))).isEqualTo("STATIC");
  }

  private String reason(String question) {
    JsonNode answer = served.post("/feature-flags/evaluate", question).is(200).json();
    return answer.get("flags").get("c").get("reason").stringValue();
  }

  @Test
  void explain_tellsTheWay() {
    served.put("/feature-flags/" + MASTER, "{\"percentage\": 50}").is(201);
    JsonNode answer =
        served
            .post("/feature-flags/explain/" + MASTER, "{\"context\": {\"user_id\": \"test-user\"}}")
            .is(200)
            .json();
    assertThat(answer.get("key").stringValue()).isEqualTo("test-user");
    assertThat(answer.get("bucket").intValue()).isBetween(0, 99_999);
    assertThat(answer.get("on").booleanValue()).isEqualTo(answer.get("bucket").intValue() < 50_000);
    assertThat(answer.get("steps").toString()).contains("enabled: yes");
    served.post("/feature-flags/explain/nobody", "{}").isProblem(404, null);
  }
}
