package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The server is killed at random points of edits, {@code -Dturnout.crash.rounds=200} times if so
 * asked. The seed is printed with a failure: {@code -Dturnout.crash.seed} repeats the pauses.
 */
final class CrashTest {
  private static final boolean IN_CI = "true".equals(System.getenv("CI"));
  private static final int ROUNDS =
      Integer.getInteger("turnout.crash.rounds", TestStore.isFile() && IN_CI ? 20 : 5);
  private static final long SEED = Long.getLong("turnout.crash.seed", System.nanoTime());

  private static final int EDITS_A_ROUND = 40;

  @TempDir Path data;

  private ServerProcess start() throws IOException {
    return ServerProcess.start(TestStore.database(data), data, data);
  }

  @Test
  void kill_atAnyPointOfAnEdit_losesNothingThatWasAcknowledged() throws Exception {
    Random random = new Random(SEED);
    Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    Map<Long, String> entered = new HashMap<>();
    ExecutorService editor = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round < ROUNDS; round++) {
        AtomicInteger answered = new AtomicInteger();
        try (ServerProcess server = start()) {
          check(server, "seed " + SEED + ", before round " + round, acknowledged, entered);
          String prefix = "r" + round + "-";
          Future<?> edits = editor.submit(() -> edit(server, prefix, acknowledged, answered));
          // Some edits first, or the kill would come before the first is under way.
          int after = random.nextInt(EDITS_A_ROUND / 2);
          await().until(() -> answered.get() >= after || edits.isDone());
          java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(20_000_000));
          server.kill();
          edits.get();
        }
      }
      try (ServerProcess server = start()) {
        check(server, "seed " + SEED + ", at the end", acknowledged, entered);
      }
    } finally {
      editor.shutdownNow();
    }
    assertThat(acknowledged).isNotEmpty();
  }

  private static void edit(
      ServerProcess server, String prefix, Map<Long, String> acknowledged, AtomicInteger answered) {
    for (int i = 0; i < EDITS_A_ROUND; i++) {
      String name = prefix + i;
      ServerProcess.Answer answer = server.send("PUT", "/feature-flags/" + name, "{}");
      if (answer.status() != 201) {
        return;
      }
      long revision = answer.json().get("revision").longValue();
      assertThat(acknowledged.put(revision, name)).as("revision %s twice", revision).isNull();
      answered.incrementAndGet();
    }
  }

  private static void check(
      ServerProcess server,
      String when,
      Map<Long, String> acknowledged,
      Map<Long, String> entered) {
    JsonNode flags = server.send("GET", "/feature-flags", null).json();
    Map<String, Long> kept = new HashMap<>();
    flags
        .get("flags")
        .forEach(
            flag -> kept.put(flag.get("name").stringValue(), flag.get("revision").longValue()));
    acknowledged.forEach(
        (revision, name) -> assertThat(kept).as(when).containsEntry(name, revision));
    Set<Long> revisions = new HashSet<>();
    for (JsonNode entry : server.send("GET", "/audit?limit=1000", null).json().get("entries")) {
      if (entry.get("flag").isNull()) {
        // The first tokens, which no revision is for.
        continue;
      }
      long revision = entry.get("revision").longValue();
      String name = entry.get("flag").stringValue();
      assertThat(revisions.add(revision)).as("%s: revision %s twice", when, revision).isTrue();
      // What a revision stood for before it stands for after the next crash too.
      String before = entered.put(revision, name);
      assertThat(before == null || before.equals(name)).as(when).isTrue();
      assertThat(kept).as("%s: an edit with its audit row", when).containsEntry(name, revision);
    }
    assertThat(flags.get("revision").longValue())
        .as(when)
        .isEqualTo(entered.keySet().stream().mapToLong(Long::longValue).max().orElse(0));
    assertThat(entered).as("%s: a row for each flag", when).hasSameSizeAs(kept.keySet());
  }
}
