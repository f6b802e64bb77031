package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A store that was lost or restored, and agents that know more than it does. */
final class EpochTest extends WithServer {
  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  private void report(long epoch, long revision, long sequence) {
    served
        .report(
            """
            {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": %d,
             "agent_version": "1", "epoch": %d, "revision": %d, "gates": [], "counts": [],
             "trips": []}"""
                .formatted(sequence, epoch, revision))
        .is(202);
  }

  private long ahead() {
    return served.get("/status.json").json().get("agents").get("ahead").longValue();
  }

  private String state() {
    return served.get("/agents").json().get("agents").get(0).get("state").stringValue();
  }

  @Test
  void agentAhead_isSeen() {
    report(1, 97, 1);
    assertThat(ahead()).isEqualTo(1);
    assertThat(state()).isEqualTo("ahead");
    assertThat(served.get("/metrics").body()).contains("turnout_agents_ahead 1.0");
  }

  @Test
  void agentThatIsCurrentOrBehind_isNotAhead() {
    report(1, 1, 1);
    assertThat(state()).isEqualTo("current");
    served.put("/feature-flags/x", "{\"percentage\": 11}").is(200);
    assertThat(state()).isEqualTo("behind");
    assertThat(ahead()).isZero();
  }

  @Test
  void kill_thatDoesNotReachAnAgent_saysSo() {
    report(1, 97, 1);
    JsonNode flag = served.post("/feature-flags/kill/x", "").is(200).json();
    assertThat(flag.get("stop").get("kind").stringValue()).isEqualTo("killed");
    assertThat(flag.get("warnings").get(0).stringValue())
        .contains("does not reach game/game-1", "raise the epoch");
  }

  @Test
  void raise_beginsAnEpoch() throws Exception {
    report(1, 97, 1);
    try (EventReader reader =
        new EventReader(
            served
                .request(served.agent, "/agent/v1/stream?service=game&instance=game-1")
                .build())) {
      await().until(() -> reader.ids.contains("1:1"));
      JsonNode raised = served.post("/epoch/raise", "{\"reason\": \"restored\"}").is(200).json();
      assertThat(raised.get("epoch").longValue()).isEqualTo(2);
      assertThat(raised.get("revision").longValue()).isEqualTo(2);
      await().until(() -> reader.ids.contains("2:2"));
    }
    assertThat(ahead()).isZero();
    JsonNode newest = served.get("/audit").json().get("entries").get(0);
    assertThat(newest.get("action").stringValue()).isEqualTo("raise-epoch");
    assertThat(newest.get("reason").stringValue()).isEqualTo("restored");
    assertThat(newest.get("after").toString()).isEqualTo("{\"epoch\":2}");
  }

  @Test
  void epoch_outlivesARestart() throws Exception {
    served.post("/epoch/raise", "").is(200);
    served.close();
    served = Served.in(data);
    assertThat(served.get("/status.json").json().get("epoch").longValue()).isEqualTo(2);
    served.put("/feature-flags/x", "{\"percentage\": 11}").is(200);
  }
}
