package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.Trust;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * An agent's own client and a server, with deltas between them, and with something wrong in one.
 */
final class DeltaAgentTest {
  private static final ControlServer.Tuning TUNING =
      new ControlServer.Tuning(Duration.ofMillis(200), 10, Duration.ofSeconds(1));

  @TempDir Path data;
  private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor();
  private Served served;
  private EventProxy proxy;
  private FollowingAgent agent;

  @BeforeEach
  void start() throws Exception {
    served = Served.in(data, TUNING);
    StringBuilder flags = new StringBuilder("[{\"name\": \"x\"}");
    for (int i = 0; i < 50; i++) {
      flags.append(
          ",{\"name\": \"f" + i + "\", \"description\": \"Nummer " + i + ", für alle 日\"}");
    }
    served.post("/feature-flags/bulk-update", flags + "]").is(200);
    proxy = new EventProxy(served.server.url());
  }

  @AfterEach
  void stop() {
    if (agent != null) {
      agent.close();
    }
    proxy.close();
    served.close();
    looker.shutdownNow();
  }

  private void follow() {
    JsonNode keys = served.get("/signing-keys").is(200).json().get("keys");
    Trust trust = new Trust(PinnedKeys.of(keys.get(0).get("public_key").stringValue()), "default");
    agent =
        new FollowingAgent(
            proxy.url(),
            served.agent,
            "game-1",
            FollowingAgent.timing(FollowingAgent.NEVER, Duration.ofSeconds(20)),
            trust,
            looker);
    await().until(() -> agent.at().equals("1:" + served.revision()));
  }

  private void killAndReset() {
    served.post("/feature-flags/kill/x", "{\"reason\": \"größer\"}").is(200);
    await().until(() -> agent.at().equals("1:" + served.revision()));
    assertThat(agent.snapshot().flag("x").stop()).isNotNull();
    served.post("/feature-flags/reset/x", "").is(200);
    await().until(() -> agent.at().equals("1:" + served.revision()));
    assertThat(agent.snapshot().flag("x").stop()).isNull();
  }

  @Test
  void kills_areDeltas() {
    follow();
    killAndReset();
    killAndReset();

    assertThat(proxy.streams)
        .containsExactly(
            List.of("snapshot 1:1", "delta 1:2", "delta 1:3", "delta 1:4", "delta 1:5"));
    assertThat(proxy.queries).hasSize(1);
    assertThat(agent.warnings).isEmpty();
    assertThat(agent.delivered).hasSize(5);
  }

  @Test
  void kills_fromAServerThatKnowsOfNoDeltas_areWholeSnapshots() {
    proxy.query = query -> query.replace("&delta=1", "");
    follow();
    killAndReset();

    assertThat(proxy.streams)
        .containsExactly(List.of("snapshot 1:1", "snapshot 1:2", "snapshot 1:3"));
    assertThat(agent.warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".+ | nonsense | line 1, column 1",
        "\"from\":\"1:1\" | \"from\":\"1:0\" | from another document than the one before",
        "\"length\": | \"length\":1 | its parts do not add up to its length",
        "größer | kleiner! | not the document that was meant",
      })
  void killInADeltaThatCannotBeUsed_comesWithAWholeSnapshot_andSoDoesAllElse(
      String what, String instead, String reason) {
    follow();
    agent.report(Duration.ofMillis(200));
    proxy.delta = data -> data.replaceFirst(what, instead);
    killAndReset();

    // The server may send more to the first before it hears that nobody reads it.
    assertThat(proxy.streams.get(0)).startsWith("snapshot 1:1", "delta 1:2");
    assertThat(proxy.streams.get(1)).containsExactly("snapshot 1:2", "snapshot 1:3");
    assertThat(proxy.queries).hasSize(2);
    assertThat(proxy.queries.get(0)).endsWith("&delta=1");
    assertThat(proxy.queries.get(1)).doesNotContain("delta");
    assertThat(agent.warnings).anyMatch(line -> line.contains("is refused, 1:1 stays in force"));
    await().untilAsserted(() -> assertThat(refused()).singleElement().asString().contains(reason));
  }

  private List<String> refused() {
    JsonNode agent = served.get("/agents").is(200).json().get("agents").get(0);
    return agent.get("refused").findValuesAsString("reason");
  }
}
