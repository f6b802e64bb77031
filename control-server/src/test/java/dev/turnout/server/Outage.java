package dev.turnout.server;

import static org.awaitility.Awaitility.await;

import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * One server that reaches the database over a wire that can be cut, and another one that always
 * does.
 */
abstract class Outage {
  private static final ControlServer.Tuning TUNING =
      new ControlServer.Tuning(Duration.ofSeconds(15), 100, Duration.ofMillis(200));

  @TempDir Path data;
  @TempDir Path dataOfOther;
  private final List<AutoCloseable> parts = new ArrayList<>();
  PostgresUrl database;
  Wire wire;
  Served served;

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

  PostgresUrl overWire() {
    String url = database.url().replaceFirst(":\\d+/", ":" + wire.port() + "/");
    return new PostgresUrl(url, database.user(), database.password());
  }

  Served started(Path folder) throws IOException {
    Served server = Served.on(overWire(), folder, data, TUNING);
    parts.add(server::close);
    return server;
  }

  Served other() throws IOException {
    Served other = Served.on(database, dataOfOther, data, TUNING);
    parts.add(other::close);
    return other;
  }

  static EventReader agentOf(Served served) throws Exception {
    return new EventReader(
        served.request(served.agent, "/agent/v1/stream?service=game&instance=game-1").build());
  }

  static int health(Served served) {
    return served.send(null, "GET", "/health", null).status();
  }

  void cut() throws IOException {
    wire.cut();
    await().until(() -> health(served) == 503);
  }

  void mend() throws IOException {
    wire.mend();
    await().until(() -> health(served) == 200);
  }

  static String stop(Served served, String name) {
    JsonNode stop = served.flag(name).get("stop");
    return stop.isNull() ? "none" : stop.get("kind").stringValue();
  }

  static List<String> audit(Served served) {
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
}
