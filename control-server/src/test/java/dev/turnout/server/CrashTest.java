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
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  private static final int STAGES = 20;

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

  @Test
  void kill_atAnyPointOfAStage_leavesTheRolloutAndItsFlagTogether() throws Exception {
    Random random = new Random(SEED);
    AtomicLong acknowledged = new AtomicLong();
    ExecutorService operator = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round <= ROUNDS / 2; round++) {
        try (ServerProcess server = start()) {
          String when = "seed " + SEED + ", round " + round;
          if (round == 0) {
            assertThat(server.send("PUT", "/feature-flags/x", "{}").status()).isEqualTo(201);
            assertThat(server.send("PUT", "/rollouts/x", plan()).status()).isEqualTo(201);
          } else {
            checkRollout(server, when, acknowledged.get());
          }
          AtomicInteger answered = new AtomicInteger();
          Future<?> steps = operator.submit(() -> take(server, acknowledged, answered));
          int after = random.nextInt(STAGES);
          await().until(() -> answered.get() >= after || steps.isDone());
          java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(20_000_000));
          server.kill();
          steps.get();
        }
      }
    } finally {
      operator.shutdownNow();
    }
    assertThat(acknowledged).hasPositiveValue();
  }

  private static String plan() {
    return IntStream.rangeClosed(1, STAGES)
        .mapToObj(stage -> "{\"percentage\": " + stage + ", \"hold\": \"0s\"}")
        .collect(Collectors.joining(", ", "{\"automatic\": false, \"stages\": [", "]}"));
  }

  // Up through all stages and back, again and again, until nobody answers.
  private static void take(ServerProcess server, AtomicLong acknowledged, AtomicInteger answered) {
    String state = "unknown";
    while (true) {
      String step =
          switch (state) {
            case "running" -> answered.get() % 7 == 6 ? "rollback" : "advance";
            case "pending", "rolled_back", "completed" -> "start";
            default -> "rollback";
          };
      ServerProcess.Answer answer = server.send("POST", "/rollouts/x/" + step, "");
      if (answer.status() != 200) {
        return;
      }
      state = answer.json().get("state").stringValue();
      acknowledged.set(answer.json().get("revision").longValue());
      answered.incrementAndGet();
    }
  }

  private static void checkRollout(ServerProcess server, String when, long acknowledged) {
    JsonNode rollout = server.send("GET", "/rollouts/x", null).json();
    JsonNode flag = server.send("GET", "/feature-flags/x", null).json();
    String state = rollout.get("state").stringValue();
    assertThat(rollout.get("revision").longValue()).as(when).isGreaterThanOrEqualTo(acknowledged);
    assertThat(state).as(when).isIn("running", "completed", "rolled_back");
    boolean on = !state.equals("rolled_back");
    assertThat(flag.get("enabled").booleanValue()).as(when).isEqualTo(on);
    assertThat(flag.get("percentage").intValue())
        .as(when)
        .isEqualTo(on ? rollout.get("stage").intValue() : 0);
    JsonNode audit = server.send("GET", "/audit/verify", null).json();
    assertThat(audit.get("whole").booleanValue()).as(when).isTrue();
    JsonNode last = server.send("GET", "/audit?limit=1", null).json().get("entries").get(0);
    assertThat(last.get("action").stringValue()).as(when).startsWith("rollout-");
    assertThat(last.get("revision").longValue())
        .as(when)
        .isEqualTo(rollout.get("revision").longValue());
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
