package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.signing.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server restarts under its agents, of which there are more than it has places for. {@code
 * benchmarks/fleet} does the same with ten thousand.
 */
final class FleetRestartTest {
  private static final int AGENTS = 300;
  private static final int PLACES = 280;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final ControlServer.Tuning TUNING =
      new ControlServer.Tuning(Duration.ofSeconds(2), PLACES, Duration.ofSeconds(1));

  @TempDir Path data;
  private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor();
  private final List<FollowingAgent> agents = new ArrayList<>();
  private final AtomicInteger mostStreams = new AtomicInteger();
  private volatile Served served;
  private int port;

  @BeforeEach
  void start() throws IOException {
    served = started();
    port = served.server.port();
    served.put("/feature-flags/x", "{\"percentage\": 1}").is(201);
    for (int i = 0; i < AGENTS; i++) {
      agents.add(
          new FollowingAgent(
              served.server.url(),
              served.agent,
              "game-" + i,
              FollowingAgent.timing(Duration.ofSeconds(2), Duration.ofSeconds(20)),
              Trust.ANY,
              looker));
    }
  }

  @AfterEach
  void stop() {
    agents.forEach(FollowingAgent::close);
    served.close();
    looker.shutdownNow();
  }

  private Served started() throws IOException {
    return Served.in(
        data,
        new ControlServer.Settings(ControlServer.Settings.LOOPBACK, port, data, "default")
            .on(TestStore.database(data)),
        TUNING);
  }

  private boolean allAt(String id) {
    return agents.stream().allMatch(agent -> agent.at().equals(id));
  }

  private int streams() {
    int open = 0;
    for (var agent : served.get("/agents").json().get("agents")) {
      open += agent.get("connected").booleanValue() ? 1 : 0;
    }
    mostStreams.accumulateAndGet(open, Math::max);
    return open;
  }

  @Test
  void restart_bringsEveryAgentBackWithinAMinute_andNeverMoreStreamsThanThereArePlaces()
      throws Exception {
    await().atMost(LIMIT).until(() -> streams() == PLACES && allAt("1:1"));

    long began = System.nanoTime();
    served.close();
    served = started();
    served.put("/feature-flags/x", "{\"percentage\": 2}").is(200);
    ScheduledFuture<?> watch =
        looker.scheduleWithFixedDelay(this::streams, 50, 50, TimeUnit.MILLISECONDS);

    await().atMost(LIMIT).until(() -> streams() == PLACES && allAt("1:2"));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LIMIT);
    served.post("/feature-flags/kill/x", "").is(200);
    await().atMost(LIMIT).until(() -> allAt("1:3"));
    watch.cancel(false);
    assertThat(mostStreams.get()).isEqualTo(PLACES);
  }
}
