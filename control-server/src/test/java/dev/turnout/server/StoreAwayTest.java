package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The database is away. One server reaches it over a wire that can be cut, another one always does.
 */
final class StoreAwayTest {
  private static final String TRIP =
      """
      {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
       "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [],
       "trips": [{"flag": "y", "variant": "on", "flag_revision": 2,
                  "limit": "error_rate > 5 %", "rule": "threshold", "observed": 20.5,
                  "calls": 117, "bad": 24, "at": "2026-01-01T10:00:00Z"}]}""";

  private static final ControlServer.Tuning TUNING =
      new ControlServer.Tuning(Duration.ofSeconds(15), 100, Duration.ofMillis(200));

  @TempDir Path data;
  @TempDir Path dataOfOther;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private PostgresUrl database;
  private Wire wire;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    PostgresServer postgres = PostgresServer.shared();
    database = postgres.database();
    wire = new Wire(postgres.port());
    parts.add(wire);
    served = started(data);
    served.put("/feature-flags/x", "{\"percentage\": 50}").is(201);
    served
        .put(
            "/feature-flags/y",
            "{\"percentage\": 50, \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
        .is(201);
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }

  private PostgresUrl overWire() {
    String url = database.url().replaceFirst(":\\d+/", ":" + wire.port() + "/");
    return new PostgresUrl(url, database.user(), database.password());
  }

  private Served started(Path folder) throws IOException {
    Served server = Served.on(overWire(), folder, data, TUNING);
    parts.add(server::close);
    return server;
  }

  private Served other() throws IOException {
    Served other = Served.on(database, dataOfOther, data, TUNING);
    parts.add(other::close);
    return other;
  }

  private static EventReader agentOf(Served served) throws Exception {
    return new EventReader(
        served.request(served.agent, "/agent/v1/stream?service=game&instance=game-1").build());
  }

  private static int health(Served served) {
    return served.send(null, "GET", "/health", null).status();
  }

  private void cut() throws IOException {
    wire.cut();
    await().until(() -> health(served) == 503);
  }

  private void mend() throws IOException {
    wire.mend();
    await().until(() -> health(served) == 200);
  }

  private static String stop(Served served, String name) {
    JsonNode stop = served.flag(name).get("stop");
    return stop.isNull() ? "none" : stop.get("kind").stringValue();
  }

  private static List<String> audit(Served served) {
    List<String> rows = new ArrayList<>();
    for (JsonNode entry : served.get("/audit").is(200).json().get("entries")) {
      JsonNode flag = entry.get("flag");
      String action = entry.get("action").stringValue();
      // The server's own first tokens are no part of the story.
      if (!action.equals("create-token")) {
        rows.add(
            0,
            action
                + " "
                + (flag.isNull() ? "-" : flag.stringValue())
                + " by "
                + entry.get("actor").stringValue());
      }
    }
    return rows;
  }

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
  void kill_comesOnTopOfWhatOthersDidMeanwhile() throws Exception {
    Served other = other();
    cut();
    served.post("/feature-flags/kill/x", "").is(200);
    served.post("/feature-flags/rollout/x/decrease", "{\"decrease_by\": 10}").is(200);
    for (int i = 0; i < 5; i++) {
      other.put("/feature-flags/x", "{\"percentage\": " + (60 + i) + ", \"description\": \"d\"}");
    }
    other.put("/feature-flags/z", "{}").is(201);

    mend();
    for (Served each : List.of(served, other)) {
      await().until(() -> stop(each, "x").equals("killed"));
      assertThat(each.flag("x").get("percentage").intValue()).isEqualTo(40);
      assertThat(each.flag("x").get("description").stringValue()).isEqualTo("d");
      assertThat(each.flag("z").get("name").stringValue()).isEqualTo("z");
    }
    await().until(() -> served.revision() == other.revision());
    assertThat(audit(other)).endsWith("kill x by admin", "decrease x by admin");
  }

  @Test
  void kill_thatSomebodyElseMadeToo_leavesNoAgentAhead() throws Exception {
    Served other = other();
    try (EventReader agent = agentOf(served)) {
      cut();
      served.post("/feature-flags/kill/x", "").is(200);
      served.post("/feature-flags/kill/y", "").is(200);
      await().until(() -> agent.ids.contains("1:4"));
      other.post("/feature-flags/freeze/x", "").is(200);
      assertThat(other.revision()).isEqualTo(3);

      mend();
      await().until(() -> other.revision() > 4 && served.revision() == other.revision());
      await().until(() -> agent.ids.contains("1:" + served.revision()));
    }
  }

  @Test
  void revisions_moveOnAlthoughOthersDidTheSame() throws Exception {
    Served other = other();
    cut();
    served.post("/feature-flags/kill/x", "").is(200);
    served.post("/feature-flags/kill/y", "").is(200);
    other.post("/feature-flags/bulk-update", "[{\"name\": \"x\", \"description\": \"d\"}]").is(200);
    assertThat(served.revision()).isEqualTo(4);
    other.post("/feature-flags/kill/x", "").is(200);
    other.post("/feature-flags/kill/y", "").is(200);
    long before = other.revision();

    mend();
    await().until(() -> served.revision() == other.revision());
    assertThat(served.revision()).isGreaterThanOrEqualTo(before);
    // Both who killed it were told that it would be entered.
    for (String kill : List.of("kill x by admin", "kill y by admin")) {
      assertThat(audit(other)).filteredOn(kill::equals).hasSize(2);
    }
    assertThat(served.get("/feature-flags").body()).isEqualTo(other.get("/feature-flags").body());
  }

  @Test
  void events_waitForTheStore() throws Exception {
    Served other = other();
    try (LiveEvents events = new LiveEvents(served.request(served.admin, "/events").build())) {
      await().until(() -> !events.lastId.isEmpty());
      cut();
      served.post("/feature-flags/kill/x", "").is(200);
      other.post("/feature-flags/freeze/y", "").is(200);
      try (LiveEvents begunMeanwhile =
          new LiveEvents(served.request(served.admin, "/events").build())) {
        await().until(() -> begunMeanwhile.lastId.equals(events.lastId));
        assertThat(events.events).isEmpty();

        mend();
        await().until(() -> events.names().equals(List.of("freeze", "kill")));
        await().until(() -> begunMeanwhile.names().equals(List.of("freeze", "kill")));
        assertThat(events.ended).isFalse();
      }
    }
  }

  @Test
  void serverThatIsKilledMeanwhile_losesNoStop() throws Exception {
    Served other = other();
    Path folder = Files.createDirectory(data.resolve("of-the-process"));
    try (ServerProcess process = ServerProcess.start(overWire(), folder, data)) {
      cut();
      await().until(() -> process.send("GET", "/health", null).status() == 503);
      assertThat(process.send("POST", "/feature-flags/kill/x", null).status()).isEqualTo(200);
      assertThat(Files.size(folder.resolve("stops.journal"))).isPositive();
      process.kill();
    }
    assertThat(stop(other, "x")).isEqualTo("none");
    mend();
    try (ServerProcess process = ServerProcess.start(overWire(), folder, data)) {
      assertThat(process.send("GET", "/feature-flags/x", null).body()).contains("\"killed\"");
      assertThat(Files.size(folder.resolve("stops.journal"))).isZero();
    }
    await().until(() -> stop(other, "x").equals("killed"));
    assertThat(other.revision()).isEqualTo(4);
    assertThat(audit(other)).endsWith("kill x by admin");
  }

  @Test
  void journalThatWasEnteredAlready_isNotDoneTwice() throws Exception {
    cut();
    served.post("/feature-flags/kill/x", "").is(200);
    byte[] journal = Files.readAllBytes(data.resolve("stops.journal"));
    mend();
    served.post("/feature-flags/reset/x", "").is(200);
    served.close();
    // As if the server had died between entering it and emptying the journal.
    Files.write(data.resolve("stops.journal"), journal);
    served = started(data);

    assertThat(stop(served, "x")).isEqualTo("none");
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

  @Test
  void databaseThatComesAndGoesUnderLoad_losesNothingThatWasAcknowledged() throws Exception {
    Set<String> acknowledged = new HashSet<>();
    List<String> unexpected = new CopyOnWriteArrayList<>();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger refused = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (EventReader agent = agentOf(served)) {
      Future<?> editor =
          threads.submit(
              () -> {
                for (int i = 0; !done.get(); i++) {
                  int status = served.put("/feature-flags/f" + i, "{}").status();
                  if (status == 201) {
                    acknowledged.add("f" + i);
                  } else if (status == 503) {
                    refused.incrementAndGet();
                  } else {
                    unexpected.add("PUT f" + i + ": " + status);
                  }
                }
              });
      Future<?> stopper =
          threads.submit(
              () -> {
                for (int i = 0; !done.get(); i++) {
                  String percentage = "{\"decrease_by\": 0.01}";
                  int status =
                      served.post("/feature-flags/rollout/x/decrease", percentage).status();
                  if (status != 200) {
                    unexpected.add("decrease " + i + ": " + status);
                  }
                }
              });
      for (int outage = 0; outage < 3; outage++) {
        int before = refused.get();
        cut();
        await().until(() -> refused.get() > before + 3);
        mend();
        int known = served.get("/feature-flags").json().get("flags").size();
        await().until(() -> served.get("/feature-flags").json().get("flags").size() > known);
      }
      done.set(true);
      editor.get();
      stopper.get();
      long last = served.revision();
      await().until(() -> agent.ids.contains("1:" + last));
      assertThat(new HashSet<>(agent.ids)).hasSameSizeAs(agent.ids);
    } finally {
      threads.shutdownNow();
    }

    assertThat(unexpected).isEmpty();
    Served other = other();
    Set<String> kept = new HashSet<>();
    other
        .get("/feature-flags")
        .json()
        .get("flags")
        .forEach(f -> kept.add(f.get("name").stringValue()));
    assertThat(kept).containsAll(acknowledged);
    assertThat(other.flag("x")).isEqualTo(served.flag("x"));
  }
}
