package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.signing.Trust;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two servers on one database. */
final class ReplicasTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(200);

  @TempDir Path dataOfOne;
  @TempDir Path dataOfOther;
  private final List<Served> started = new ArrayList<>();
  private PostgresUrl database;
  private Served one;
  private Served other;

  @BeforeEach
  void create() throws IOException {
    database = PostgresServer.shared().database();
  }

  @AfterEach
  void stop() {
    for (Served served : started) {
      served.close();
    }
  }

  private void start(Duration poll) throws IOException {
    ControlServer.Tuning tuning = new ControlServer.Tuning(Duration.ofSeconds(15), 100, poll);
    one = Served.on(database, dataOfOne, dataOfOne, tuning);
    started.add(one);
    other = Served.on(database, dataOfOther, dataOfOne, tuning);
    started.add(other);
  }

  private static EventReader agentOf(Served served) throws Exception {
    return new EventReader(
        served.request(served.agent, "/agent/v1/stream?service=game&instance=game-1").build());
  }

  private void execute(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void edit_isHintedToTheOthersAgents() throws Exception {
    start(NEVER);
    try (EventReader agent = agentOf(other)) {
      await().until(() -> agent.ids.contains("1:0"));
      for (int i = 1; i <= 5; i++) {
        String id = "1:" + i;
        one.put("/feature-flags/x", "{\"percentage\": " + i + "}");
        await().atMost(Duration.ofSeconds(20)).until(() -> agent.ids.contains(id));
      }
    }
  }

  @Test
  void edit_withoutAHint_isPolled() throws Exception {
    start(SOON);
    one.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    await().until(() -> other.revision() == 1);
    execute("UPDATE flags SET json = replace(json, '\"percentage\":10', '\"percentage\":11')");
    execute("UPDATE meta SET revision = 2");

    await().until(() -> one.revision() == 2 && other.revision() == 2);
    assertThat(one.flag("x").get("percentage").intValue()).isEqualTo(11);
    assertThat(other.flag("x").get("percentage").intValue()).isEqualTo(11);
  }

  @Test
  void connections_thatWereLost_areMadeAgain() throws Exception {
    start(SOON);
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    await().until(() -> one.send(null, "GET", "/health", null).status() == 200);
    await()
        .ignoreExceptions()
        .until(() -> other.send(null, "GET", "/health", null).status() == 200);
    await().until(() -> one.put("/feature-flags/x", "{}").status() == 201);
    await().until(() -> other.revision() == 1);
  }

  @Test
  void edit_atAServerThatOthersOutrun_isMade() throws Exception {
    start(NEVER);
    try (FastWriter writer = new FastWriter(database)) {
      for (int i = 0; i < 5; i++) {
        one.put("/feature-flags/x" + i, "{\"percentage\": 10}").is(201);
      }
      assertThat(writer.isWriting()).isTrue();
    }
  }

  @Test
  void editsAtBothAtOnce_areAllThere_eachWithARevisionOfItsOwn() throws Exception {
    start(SOON);
    int each = 25;
    one.put("/feature-flags/shared", "{\"percentage\": 0}").is(201);
    List<Callable<Void>> writers = new ArrayList<>();
    for (Served served : List.of(one, other)) {
      for (int writer = 0; writer < 2; writer++) {
        String name = (served == one ? "one-" : "other-") + writer;
        writers.add(
            () -> {
              for (int i = 0; i < each; i++) {
                served.put("/feature-flags/" + name + "-" + i, "{}").is(201);
                served
                    .post("/feature-flags/rollout/shared/increase", "{\"increase_by\": 0.25}")
                    .is(200);
              }
              return null;
            });
      }
    }
    try (EventReader agent = agentOf(one);
        EventReader agentOfOther = agentOf(other)) {
      ExecutorService threads = Executors.newFixedThreadPool(writers.size());
      try {
        for (Future<Void> writer : threads.invokeAll(writers)) {
          writer.get();
        }
      } finally {
        threads.shutdownNow();
      }
      long last = 1 + 2L * each * writers.size();
      await().until(() -> one.revision() == last && other.revision() == last);
      await().until(() -> agent.ids.contains("1:" + last));
      await().until(() -> agentOfOther.ids.contains("1:" + last));
      assertRising(agent.ids);
      assertRising(agentOfOther.ids);
    }

    assertThat(one.flag("shared").get("percentage").doubleValue())
        .isEqualTo(0.25 * each * writers.size());
    assertThat(one.get("/feature-flags").body()).isEqualTo(other.get("/feature-flags").body());
    List<Long> revisions = new ArrayList<>();
    for (JsonNode entry : one.get("/audit?limit=1000").json().get("entries")) {
      // The first tokens have no flag, and no revision is for them.
      if (!entry.get("flag").isNull()) {
        revisions.add(entry.get("revision").longValue());
      }
    }
    assertThat(revisions).hasSize(1 + 2 * each * writers.size()).doesNotHaveDuplicates();
  }

  private static void assertRising(List<String> ids) {
    List<Long> revisions =
        ids.stream().map(id -> Long.parseLong(id.substring(id.indexOf(':') + 1))).toList();
    for (int i = 1; i < revisions.size(); i++) {
      assertThat(revisions.get(i)).isGreaterThan(revisions.get(i - 1));
    }
  }

  @Test
  void whatHappensAtEither_isToldByBoth() throws Exception {
    start(SOON);
    one.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    await().until(() -> other.revision() == 1);
    try (LiveEvents events =
            new LiveEvents(one.request(one.admin, "/events?flag=x&after=0").build());
        LiveEvents ofOther =
            new LiveEvents(other.request(other.admin, "/events?after=0").build())) {
      other.post("/feature-flags/kill/x", "").is(200);
      one.post("/feature-flags/reset/x", "").is(200);
      one.post("/tokens", "{\"name\": \"ann\", \"kind\": \"viewer\"}").is(201);
      await().until(() -> events.names().equals(List.of("create", "kill", "reset")));
      await()
          .until(
              () ->
                  ofOther
                      .names()
                      .equals(
                          List.of(
                              "create-token",
                              "create-token",
                              "create",
                              "kill",
                              "reset",
                              "create-token")));
      // Whichever it comes back to, it goes on where it was.
      String place = events.events.get(1).id();
      try (LiveEvents again =
          new LiveEvents(
              other.request(other.admin, "/events").header("Last-Event-ID", place).build())) {
        await().until(() -> again.names().equals(List.of("reset", "create-token")));
      }
    }
  }

  @Test
  void agentThatMovesToAReplicaThatLags_neverGoesBack() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor();
    try (Wire toDatabase = new Wire(postgres.port())) {
      ControlServer.Tuning tuning = new ControlServer.Tuning(Duration.ofSeconds(15), 100, SOON);
      one = Served.on(database, dataOfOne, dataOfOne, tuning);
      started.add(one);
      one.put("/feature-flags/x", "{\"percentage\": 1}").is(201);
      Served lagging = Served.on(over(toDatabase), dataOfOther, dataOfOne, tuning);
      started.add(lagging);
      toDatabase.cut();
      for (int i = 2; i <= 5; i++) {
        one.put("/feature-flags/x", "{\"percentage\": " + i + "}").is(200);
      }
      try (Wire balancer = new Wire(one.server.port());
          FollowingAgent agent = agent(balancer, looker)) {
        await().until(() -> agent.at().equals("1:5"));

        balancer.turnTo(lagging.server.port());

        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> agent.warnings.stream().anyMatch(line -> line.contains("older than 1:5")));
        assertThat(lagging.revision()).isEqualTo(1);
        assertThat(agent.at()).isEqualTo("1:5");
        toDatabase.mend();
        one.put("/feature-flags/x", "{\"percentage\": 6}").is(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> agent.at().equals("1:6"));
        balancer.turnTo(one.server.port());
        one.put("/feature-flags/x", "{\"percentage\": 7}").is(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> agent.at().equals("1:7"));
        assertThat(agent.delivered).extracting(Snapshot::revision).isSorted();
        // Each replica signs by itself: the same revision, signed later, may be delivered again.
        assertThat(agent.delivered.stream().map(s -> s.revision() + " " + s.flags()).distinct())
            .hasSameSizeAs(agent.delivered.stream().map(Snapshot::revision).distinct().toList());
      }
    } finally {
      looker.shutdownNow();
    }
  }

  private PostgresUrl over(Wire wire) {
    String url = database.url().replaceFirst(":\\d+/", ":" + wire.port() + "/");
    return new PostgresUrl(url, database.user(), database.password());
  }

  private FollowingAgent agent(Wire balancer, ScheduledExecutorService looker) {
    return new FollowingAgent(
        "http://127.0.0.1:" + balancer.port(),
        one.agent,
        "game-1",
        FollowingAgent.timing(SOON, Duration.ofSeconds(30)),
        Trust.ANY,
        looker);
  }

  @Test
  void token_madeAtOne_opensTheOther() throws Exception {
    start(SOON);
    String viewer = one.token(TokenKind.VIEWER, null);
    await().until(() -> other.send(viewer, "GET", "/feature-flags", null).status() == 200);
  }

  @Test
  void firstStartsAtOnce_makeTheFirstTokensOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Callable<ControlServer>> starts = new ArrayList<>();
    for (Path data : List.of(dataOfOne, dataOfOther)) {
      starts.add(
          () ->
              ControlServer.start(
                  new ControlServer.Settings("127.0.0.1", 0, data, "default").on(database)));
    }
    try {
      for (Future<ControlServer> server : threads.invokeAll(starts)) {
        server.get().close();
      }
    } finally {
      threads.shutdownNow();
    }
    for (String token : List.of("admin.token", "agent.token")) {
      assertThat(Files.exists(dataOfOne.resolve(token)))
          .as(token)
          .isNotEqualTo(Files.exists(dataOfOther.resolve(token)));
    }
  }

  @Test
  void tripReportedToOne_stopsTheFlagAtTheOther() throws Exception {
    start(NEVER);
    one.put(
            "/feature-flags/x",
            "{\"percentage\": 10, \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
        .is(201);
    await().until(() -> other.revision() == 1);
    other
        .report(
            """
            {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
             "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [],
             "trips": [{"flag": "x", "variant": "on", "flag_revision": 1,
                        "limit": "error_rate > 5 %", "rule": "threshold", "observed": 20.5,
                        "calls": 117, "bad": 24, "at": "2026-01-01T10:00:00Z"}]}""")
        .is(202);
    await().until(() -> one.flag("x").get("stop").isObject());
  }
}
