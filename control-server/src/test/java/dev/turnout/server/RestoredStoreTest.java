package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.Trust;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.TokenKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The database file is put back as it was long ago, and an agent knows better. */
final class RestoredStoreTest {
  private static final Duration OFTEN = Duration.ofMillis(200);

  @TempDir Path data;
  @TempDir Path backup;
  private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor();
  private Served served;
  private int port;

  @BeforeEach
  void start() throws IOException {
    served = started();
    port = served.server.port();
    served.put("/feature-flags/x", "{\"percentage\": 1}").is(201);
  }

  @AfterEach
  void stop() {
    served.close();
    looker.shutdownNow();
  }

  private Served started() throws IOException {
    return Served.in(
        data,
        new ControlServer.Settings(ControlServer.Settings.LOOPBACK, port, data, "default"),
        ControlServer.Tuning.DEFAULT);
  }

  private void copyDatabase(Path from, Path to) throws IOException {
    for (String end : List.of("-wal", "-shm")) {
      Files.deleteIfExists(to.resolve("turnout.db" + end));
    }
    Files.copy(
        from.resolve("turnout.db"), to.resolve("turnout.db"), StandardCopyOption.REPLACE_EXISTING);
  }

  private FollowingAgent agent() {
    String keys =
        String.join(
            " ", served.get("/signing-keys").json().get("keys").findValuesAsString("public_key"));
    FollowingAgent agent =
        new FollowingAgent(
            served.server.url(),
            served.agent,
            "game-1",
            FollowingAgent.timing(OFTEN, Duration.ofSeconds(30)),
            new Trust(PinnedKeys.of(keys), "default"),
            looker);
    agent.report(OFTEN);
    return agent;
  }

  private JsonNode agentAsShown() {
    return served.get("/agents").json().get("agents").get(0);
  }

  @Test
  void agentsRefuseWhatIsOlder_andRaiseAnAlarm_untilAnAdminRaisesTheEpoch() throws Exception {
    served.close();
    copyDatabase(data, backup);
    served = started();
    for (int i = 2; i <= 5; i++) {
      served.put("/feature-flags/x", "{\"percentage\": " + i + "}").is(200);
    }
    try (FollowingAgent agent = agent()) {
      await().until(() -> agent.at().equals("1:5"));

      served.close();
      copyDatabase(backup, data);
      served = started();

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> agent.warnings.stream().anyMatch(line -> line.contains("older than 1:5")));
      await().until(() -> ahead() == 1);
      assertThat(agentAsShown().get("state").stringValue()).isEqualTo("ahead");
      await()
          .untilAsserted(
              () ->
                  assertThat(agentAsShown().get("refused").toString()).contains("older than 1:5"));
      assertThat(served.get("/metrics").body()).contains("turnout_agents_ahead 1.0");
      assertThat(agent.at()).isEqualTo("1:5");

      String operator = served.token(TokenKind.OPERATOR, null);
      assertThat(served.send(operator, "POST", "/epoch/raise", "").status()).isEqualTo(403);
      served.post("/epoch/raise", "{\"reason\": \"restored\"}").is(200);

      await().until(() -> agent.at().equals("2:2"));
      await().until(() -> ahead() == 0);
      assertThat(agent.snapshot().flag("x").percentage().percent()).isEqualTo(1);
      assertThat(agent.delivered)
          .extracting(Snapshot::epoch)
          .isSorted()
          .startsWith(1L)
          .endsWith(2L);
    }
  }

  private long ahead() {
    return served.get("/status.json").json().get("agents").get("ahead").longValue();
  }
}
