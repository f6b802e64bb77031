package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.store.PostgresUrl;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Backup and restore of PostgreSQL as {@code docs/store.md} has it. */
final class PostgresDumpTest {
  @TempDir Path data;

  private Served started(PostgresUrl database) throws Exception {
    return Served.on(database, data, data, ControlServer.Tuning.DEFAULT);
  }

  @Test
  void dump_underLoad_isRestored_andAgentsThatAreAheadFollow() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    PostgresUrl database = postgres.database();
    Path dump = postgres.folder().resolve("turnout.dump");
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    Set<String> before;
    String head;
    ExecutorService editor = Executors.newSingleThreadExecutor();
    try (Served served = started(database)) {
      AtomicBoolean done = new AtomicBoolean();
      Future<?> edits =
          editor.submit(
              () -> {
                for (int i = 0; !done.get(); i++) {
                  served.put("/feature-flags/f" + i, "{}").is(201);
                  acknowledged.add("f" + i);
                }
              });
      await().until(() -> acknowledged.size() >= 20);
      head = served.get("/audit/verify").json().get("head").stringValue();
      before = Set.copyOf(acknowledged);
      postgres.runOn(database, "pg_dump", "--format=custom", "--file=" + dump);
      done.set(true);
      edits.get();
    } finally {
      editor.shutdownNow();
    }
    PostgresUrl restored = postgres.database();
    postgres.runOn(restored, "pg_restore", "--exit-on-error", "--no-owner", dump.toString());

    try (Served served = started(restored)) {
      JsonNode check = served.get("/audit/verify?expect=" + head).json();
      assertThat(check.get("whole").booleanValue()).as(check.toString()).isTrue();
      assertThat(served.get("/feature-flags").body())
          .contains(before.stream().map(name -> "\"name\":\"" + name + "\"").toList());
      long ahead = served.revision() + 50;
      served
          .report(
              """
              {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
               "agent_version": "1", "epoch": 1, "revision": %d, "gates": [], "counts": [],
               "trips": []}"""
                  .formatted(ahead))
          .is(202);
      try (EventReader agent =
          new EventReader(
              served
                  .request(served.agent, "/agent/v1/stream?service=game&instance=game-1")
                  .build())) {
        served.post("/epoch/raise", "{\"reason\": \"restored\"}").is(200);
        await().until(() -> agent.ids.contains("2:" + served.revision()));
      }
    }
  }
}
