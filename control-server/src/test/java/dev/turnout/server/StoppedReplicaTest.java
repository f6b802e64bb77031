package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.store.PostgresUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A replica is stopped in the middle of whatever it does, and woken when things have moved on. */
final class StoppedReplicaTest {
  @TempDir Path data;
  @TempDir Path dataOfStopped;

  @Test
  void replicaThatWakesUp_writesOverNothing() throws Exception {
    PostgresUrl database = PostgresServer.shared().database();
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    List<Long> revisions = new ArrayList<>();
    ExecutorService editor = Executors.newSingleThreadExecutor();
    try (Served awake = Served.on(database, data, data, ControlServer.Tuning.DEFAULT);
        ServerProcess stopped = ServerProcess.start(database, dataOfStopped, data)) {
      awake.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
      String tag = "\"" + awake.flag("x").get("revision").longValue() + "\"";
      AtomicBoolean done = new AtomicBoolean();
      Future<?> edits = editor.submit(() -> edit(stopped, done, acknowledged));
      for (int stop = 0; stop < 3; stop++) {
        int before = acknowledged.size();
        await().until(() -> acknowledged.size() > before + 3);
        stopped.signal("STOP");
        // Whatever lock it holds, the database takes it away.
        String name = "awake-" + stop;
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> awake.put("/feature-flags/" + name, "{}").status() == 201);
        awake.put("/feature-flags/x", "{\"percentage\": " + (20 + stop) + "}").is(200);
        acknowledged.add(name);
        stopped.signal("CONT");
      }
      done.set(true);
      edits.get();
      await()
          .until(
              () ->
                  stopped
                      .send("GET", "/feature-flags", null)
                      .body()
                      .equals(awake.get("/feature-flags").body()));
      assertThat(
              awake
                  .send(
                      awake
                          .request(awake.admin, "/feature-flags/x")
                          .header("If-Match", tag)
                          .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                          .build())
                  .status())
          .isEqualTo(412);
      Set<String> kept = new HashSet<>();
      awake
          .get("/feature-flags")
          .json()
          .get("flags")
          .forEach(flag -> kept.add(flag.get("name").stringValue()));
      assertThat(kept).containsAll(acknowledged);
      assertThat(awake.flag("x").get("percentage").intValue()).isEqualTo(22);
      for (JsonNode entry : awake.get("/audit?limit=1000").json().get("entries")) {
        // The first tokens have no flag, and no revision is for them.
        if (!entry.get("flag").isNull()) {
          revisions.add(entry.get("revision").longValue());
        }
      }
      assertThat(revisions).doesNotHaveDuplicates();
    } finally {
      editor.shutdownNow();
    }
  }

  private static void edit(ServerProcess server, AtomicBoolean done, Set<String> acknowledged) {
    for (int i = 0; !done.get(); i++) {
      int status = server.send("PUT", "/feature-flags/stopped-" + i, "{}").status();
      if (status == 201) {
        acknowledged.add("stopped-" + i);
      } else {
        // The database may have ended its transaction.
        assertThat(status).isEqualTo(503);
      }
    }
  }
}
