package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.signing.Trust;
import dev.turnout.flags.Caller;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server's process stands still and goes on. An agent's own silence is 45 seconds and the stop
 * would be 60; here they are a fifteenth of that.
 */
final class StoppedServerTest {
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final Duration STOP = Duration.ofSeconds(4);

  @TempDir Path data;
  private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    looker.shutdownNow();
  }

  @Test
  void serverStoppedForLongerThanTheSilence_isReconnectedOnce_andNoDecisionChanges()
      throws Exception {
    try (ServerProcess server = ServerProcess.start(TestStore.database(data), data, data);
        Wire wire = new Wire(server.port())) {
      assertThat(server.send("PUT", "/feature-flags/x", "{\"percentage\": 50}").status())
          .isEqualTo(201);
      try (FollowingAgent agent = agent(wire, server.agentToken())) {
        await().atMost(Duration.ofSeconds(20)).until(() -> agent.at().equals("1:1"));
        List<Boolean> before = decisions(agent.snapshot());
        assertThat(before).contains(true, false);

        server.signal("STOP");
        long stopped = System.nanoTime();
        await().atMost(Duration.ofSeconds(20)).until(() -> !agent.warnings.isEmpty());
        assertThat(agent.warnings.get(0)).contains("nothing was heard in time");
        while (System.nanoTime() - stopped < STOP.toNanos()) {
          assertThat(decisions(agent.snapshot())).isEqualTo(before);
          Thread.sleep(50);
        }
        server.signal("CONT");
        assertThat(server.send("PUT", "/feature-flags/x", "{\"percentage\": 60}").status())
            .isEqualTo(200);

        await().atMost(Duration.ofSeconds(20)).until(() -> agent.at().equals("1:2"));
        assertThat(wire.connections()).isEqualTo(2);
        assertThat(agent.delivered).extracting(Snapshot::revision).containsExactly(1L, 2L);
      }
    }
  }

  private FollowingAgent agent(Wire wire, String token) {
    return new FollowingAgent(
        "http://127.0.0.1:" + wire.port(),
        token,
        "game-1",
        FollowingAgent.timing(FollowingAgent.NEVER, SILENCE),
        Trust.ANY,
        looker);
  }

  private static List<Boolean> decisions(Snapshot snapshot) {
    Decider decider = Decider.compile(snapshot, Host.UNKNOWN, Set.of(), () -> 0);
    List<Boolean> decisions = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      decisions.add(decider.decide("x", "user-" + i, Caller.UNKNOWN).on());
    }
    return decisions;
  }
}
