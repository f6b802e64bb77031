package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What acts, what waits and what is delivered while the database is away. */
final class StoreAwayTest extends Outage {
  private static final String TRIP =
      """
      {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
       "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [],
       "trips": [{"flag": "y", "variant": "on", "flag_revision": 2,
                  "limit": "error_rate > 5 %", "rule": "threshold", "observed": 20.5,
                  "calls": 117, "bad": 24, "at": "2026-01-01T10:00:00Z"}]}""";

  @Test
  void edits_areRefusedUntilItIsBack() throws Exception {
    cut();
    for (String raise : List.of("{\"percentage\": 60}", "{\"description\": \"d\"}")) {
      Served.Answer answer = served.put("/feature-flags/x", raise).isProblem(503, null);
      assertThat(answer.response().headers().firstValue("Retry-After")).hasValue("5");
      assertThat(answer.body()).contains("nothing was changed");
    }
    served.put("/feature-flags/new", "{}").isProblem(503, null);
    served.delete("/feature-flags/x").isProblem(503, null);
    served.put("/policy", "{\"one_rollout\": false}").isProblem(503, null);
    served.post("/epoch/raise", "").isProblem(503, null);

    mend();
    served.put("/feature-flags/x", "{\"percentage\": 60}").is(200);
    assertThat(audit(served))
        .containsExactly("create x by admin", "create y by admin", "update x by admin");
    assertThat(served.revision()).isEqualTo(3);
  }

  @Test
  void delivery_goesOnFromMemory() throws Exception {
    cut();
    try (EventReader agent = agentOf(served)) {
      await().until(() -> agent.ids.equals(List.of("1:2")));
    }
    assertThat(served.send(served.agent, "GET", "/agent/v1/snapshot?service=game", null).status())
        .isEqualTo(200);
    assertThat(served.flag("x").get("percentage").intValue()).isEqualTo(50);
    assertThat(served.get("/status.json").status()).isEqualTo(200);
  }

  @Test
  void health_isNotReadyButAlive() throws Exception {
    cut();
    assertThat(served.send(null, "GET", "/health", null).isProblem(503, null).body())
        .contains("the store does not answer since 2");
    assertThat(served.send(null, "GET", "/health/live", null).is(200).body())
        .isEqualTo("{\"status\":\"up\"}");
    assertThat(served.get("/metrics").body()).contains("turnout_store_up 0.0");
  }

  @Test
  void rollout_staysWhereItIs_andIsTakenBackAllTheSame() throws Exception {
    served
        .put(
            "/rollouts/x",
            "{\"automatic\": false, \"stages\": [{\"percentage\": 60, \"hold\": \"0s\"},"
                + " {\"percentage\": 100}]}")
        .is(201);
    served.post("/rollouts/x/start", "").is(200);
    cut();
    served.post("/rollouts/x/advance", "").isProblem(503, null);
    served.put("/rollouts/y", "{\"stages\": [{\"percentage\": 60}]}").isProblem(503, null);
    assertThat(served.get("/rollouts/x").json().get("stage").intValue()).isOne();
    served.post("/rollouts/x/pause", "").is(200);
    JsonNode back = served.post("/rollouts/x/rollback", "{\"reason\": \"fire\"}").is(200).json();
    assertThat(back.get("state").stringValue()).isEqualTo("rolled_back");
    assertThat(served.flag("x").get("percentage").doubleValue()).isZero();

    mend();
    Served other = other();
    await()
        .until(
            () -> other.get("/rollouts/x").json().get("state").stringValue().equals("rolled_back"));
    assertThat(other.flag("x").get("enabled").booleanValue()).isFalse();
    assertThat(audit(other)).contains("rollout-rollback x by admin", "rollback x by admin");
  }

  @Test
  void kill_actsAtOnce_andIsEnteredLater() throws Exception {
    try (EventReader agent = agentOf(served)) {
      await().until(() -> agent.ids.contains("1:2"));
      cut();
      long began = System.nanoTime();
      JsonNode flag = served.post("/feature-flags/kill/x", "{\"reason\": \"fire\"}").is(200).json();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
      assertThat(flag.get("warnings").get(0).stringValue()).contains("once the store");
      await().until(() -> agent.ids.contains("1:3"));
      assertThat(agent.snapshots.get(1).toString()).contains("\"killed\"");

      mend();
      await().until(() -> agent.ids.contains("1:4"));
    }
    Served other = other();
    assertThat(stop(other, "x")).isEqualTo("killed");
    assertThat(other.flag("x").get("stop").get("reason").stringValue()).isEqualTo("fire");
    assertThat(audit(other)).endsWith("kill x by admin");
    assertThat(other.revision()).isEqualTo(4);
    served.post("/feature-flags/reset/x", "").is(200);
    assertThat(stop(served, "x")).isEqualTo("none");
  }

  @Test
  void everythingTowardsTheFallback_acts() throws Exception {
    served.put("/canary", "{\"mode\": true}").is(200);
    cut();
    served.report(TRIP).is(202);
    assertThat(stop(served, "y")).isEqualTo("tripped");
    served.post("/feature-flags/rollout/x/decrease", "{\"decrease_by\": 20}").is(200);
    served.post("/feature-flags/freeze/x", "").is(200);
    served.put("/canary", "{\"mode\": false}").is(200);
    served.post("/feature-flags/toggle", "{\"flag\": \"x\", \"enabled\": false}").is(200);

    mend();
    Served other = other();
    assertThat(stop(other, "y")).isEqualTo("tripped");
    assertThat(other.flag("x").get("percentage").intValue()).isEqualTo(30);
    assertThat(other.flag("x").get("enabled").booleanValue()).isFalse();
    assertThat(other.flag("x").get("frozen").booleanValue()).isTrue();
    assertThat(other.get("/canary").json().get("mode").booleanValue()).isFalse();
    assertThat(audit(other))
        .endsWith(
            "trip y by agent",
            "decrease x by admin",
            "freeze x by admin",
            "canary - by admin",
            "disable x by admin");
  }

  @Test
  void bulkDisable_actsOnWhatIsThere() throws Exception {
    cut();
    JsonNode answer =
        served
            .post(
                "/feature-flags/bulk-update",
                "[{\"name\": \"x\", \"enabled\": false}, {\"name\": \"new\", \"enabled\": false}]")
            .is(200)
            .json();
    assertThat(answer.get("flags")).hasSize(1);
    assertThat(answer.get("warnings").toString()).contains("no flag new");
    assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();
  }

  @Test
  void rollback_acts() throws Exception {
    cut();
    served.post("/feature-flags/rollback", "{\"all\": true, \"reason\": \"fire\"}").is(200);
    assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();

    mend();
    Served other = other();
    assertThat(other.flag("y").get("enabled").booleanValue()).isFalse();
    assertThat(audit(other)).endsWith("disable x by admin", "disable y by admin");
  }

  @Test
  void databaseThatHangs_isGivenUp() throws Exception {
    wire.silence();
    served.post("/feature-flags/kill/x", "").is(200);
    assertThat(stop(served, "x")).isEqualTo("killed");
    long began = System.nanoTime();
    served.post("/feature-flags/kill/y", "").is(200);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    served.put("/feature-flags/x", "{\"percentage\": 60}").isProblem(503, null);

    mend();
    assertThat(stop(other(), "y")).isEqualTo("killed");
  }
}
