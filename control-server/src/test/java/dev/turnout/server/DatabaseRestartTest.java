package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * PostgreSQL itself is stopped as by a crash, and started again, while two replicas are at work.
 */
final class DatabaseRestartTest {
  private static final int OUTAGES = 2;
  private static final int TO_KILL = 100;
  private static final Duration BETWEEN_KILLS = Duration.ofMillis(10);
  private static final Duration LONGEST_KILL = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final ControlServer.Tuning TUNING =
      new ControlServer.Tuning(Duration.ofSeconds(15), 100, Duration.ofMillis(200));

  @TempDir Path dataOfOne;
  @TempDir Path dataOfOther;
  @TempDir Path dataOfThird;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
  // By flag, whether it is killed; those are not there of which it is not known.
  private final Map<String, Boolean> killed = new ConcurrentHashMap<>();
  private final AtomicInteger kills = new AtomicInteger();
  private final Map<Served, AtomicInteger> refused = new ConcurrentHashMap<>();
  private final List<String> unexpected = new CopyOnWriteArrayList<>();
  private final AtomicLong longestKill = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();
  private PostgresServer postgres;
  private PostgresUrl database;
  private Served one;
  private Served other;

  @BeforeEach
  void start() throws IOException {
    postgres = PostgresServer.own();
    parts.add(postgres);
    database = postgres.database();
    one = started(dataOfOne);
    other = started(dataOfOther);
    one.post("/feature-flags/bulk-update", flagsToKill()).is(200);
    await().until(() -> other.revision() == one.revision());
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }

  private Served started(Path data) throws IOException {
    Served served = Served.on(database, data, dataOfOne, TUNING);
    parts.add(served::close);
    refused.put(served, new AtomicInteger());
    return served;
  }

  private static String flagsToKill() {
    List<String> flags = new ArrayList<>();
    for (int i = 0; i < TO_KILL; i++) {
      flags.add("{\"name\": \"k" + i + "\", \"percentage\": 100}");
    }
    return flags.toString();
  }

  private EventReader agentOf(Served served) throws Exception {
    EventReader agent =
        new EventReader(
            served.request(served.agent, "/agent/v1/stream?service=game&instance=game-1").build());
    parts.add(agent);
    return agent;
  }

  private static int health(Served served) {
    return served.send(null, "GET", "/health", null).status();
  }

  private static String kind(JsonNode flag) {
    JsonNode stop = flag.get("stop");
    return stop.isNull() ? "none" : stop.get("kind").stringValue();
  }

  private static boolean isKilled(EventReader agent, String name) {
    JsonNode newest = agent.snapshots.get(agent.snapshots.size() - 1);
    for (JsonNode flag : newest.get("flags")) {
      if (flag.get("name").stringValue().equals(name)) {
        return kind(flag).equals("killed");
      }
    }
    return false;
  }

  private void edit(Served served, String prefix) {
    for (int i = 0; !done.get(); i++) {
      String name = prefix + i;
      int status = served.put("/feature-flags/" + name, "{\"percentage\": 7}").status();
      if (status == 201) {
        acknowledged.put(name, 7);
      } else if (status == 503) {
        refused.get(served).incrementAndGet();
      } else {
        unexpected.add("PUT " + name + ": " + status);
      }
    }
  }

  private void kill() {
    for (int i = 0; !done.get(); i++) {
      String name = "k" + i % TO_KILL;
      long began = System.nanoTime();
      int status = one.post("/feature-flags/kill/" + name, "{\"reason\": \"load\"}").status();
      longestKill.accumulateAndGet(System.nanoTime() - began, Math::max);
      if (status == 200) {
        killed.put(name, true);
        kills.incrementAndGet();
      } else {
        unexpected.add("kill " + name + ": " + status);
      }
      // Half of them are let go again, if the store is there for it.
      if (i % 2 == 0) {
        killed.remove(name);
        int reset = one.post("/feature-flags/reset/" + name, "").status();
        if (reset == 200) {
          killed.put(name, false);
        } else if (reset != 503) {
          unexpected.add("reset " + name + ": " + reset);
        }
      }
      LockSupport.parkNanos(BETWEEN_KILLS.toNanos());
    }
  }

  @Test
  void stoppedAndStartedUnderLoad_losesNothing_andKillsActMeanwhile() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      EventReader agentOfOne = agentOf(one);
      EventReader agentOfOther = agentOf(other);
      List<Future<?>> load =
          List.of(
              threads.submit(() -> edit(one, "one-")),
              threads.submit(() -> edit(other, "other-")),
              threads.submit(this::kill));
      for (int outage = 0; outage < OUTAGES; outage++) {
        int edits = acknowledged.size();
        await().atMost(PATIENCE).until(() -> acknowledged.size() > edits + 10);
        awayAndBack(agentOfOne);
      }
      done.set(true);
      for (Future<?> each : load) {
        each.get();
      }
      await().atMost(PATIENCE).until(() -> one.revision() == other.revision());
      long last = one.revision();
      for (EventReader agent : List.of(agentOfOne, agentOfOther)) {
        await().atMost(PATIENCE).until(() -> agent.ids.contains("1:" + last));
        assertThat(agent.ended).as("the stream outlived every outage").isFalse();
        assertRising(agent.ids);
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }

    assertThat(unexpected).isEmpty();
    assertThat(Duration.ofNanos(longestKill.get())).isLessThan(LONGEST_KILL);
    assertNothingIsLost();
  }

  private void awayAndBack(EventReader agent) throws IOException {
    int refusedByOne = refused.get(one).get();
    int refusedByOther = refused.get(other).get();
    postgres.stop();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                refused.get(one).get() > refusedByOne + 3
                    && refused.get(other).get() > refusedByOther + 3);
    assertThat(health(one)).isEqualTo(503);
    int before = kills.get();
    await().atMost(PATIENCE).until(() -> kills.get() > before + 10);
    killed.forEach(
        (name, isKilled) -> {
          if (isKilled) {
            await().atMost(PATIENCE).until(() -> isKilled(agent, name));
          }
        });
    assertThat(health(one)).isEqualTo(503);

    postgres.start();
    await().atMost(PATIENCE).until(() -> health(one) == 200 && health(other) == 200);
  }

  private static void assertRising(List<String> ids) {
    List<Long> revisions =
        ids.stream().map(id -> Long.parseLong(id.substring(id.indexOf(':') + 1))).toList();
    assertThat(revisions).isSorted().doesNotHaveDuplicates();
  }

  private void assertNothingIsLost() throws IOException {
    Served third = started(dataOfThird);
    String flags = third.get("/feature-flags").body();
    assertThat(one.get("/feature-flags").body()).isEqualTo(flags);
    assertThat(other.get("/feature-flags").body()).isEqualTo(flags);
    Map<String, Integer> percentages = new ConcurrentHashMap<>();
    Set<String> stopped = new HashSet<>();
    for (JsonNode flag : third.get("/feature-flags").json().get("flags")) {
      String name = flag.get("name").stringValue();
      percentages.put(name, flag.get("percentage").intValue());
      if (kind(flag).equals("killed")) {
        stopped.add(name);
      }
    }
    assertThat(percentages).containsAllEntriesOf(acknowledged);
    killed.forEach(
        (name, isKilled) -> assertThat(stopped.contains(name)).as(name).isEqualTo(isKilled));
    Set<String> entered = new HashSet<>();
    String next = "/audit?limit=1000";
    do {
      JsonNode page = third.get(next).is(200).json();
      page.get("entries")
          .forEach(
              entry ->
                  entered.add(
                      entry.get("action").stringValue() + " " + entry.get("flag").asString("-")));
      next = page.get("next").asString("");
    } while (!next.isEmpty());
    acknowledged.keySet().forEach(name -> assertThat(entered).contains("create " + name));
    killed.keySet().forEach(name -> assertThat(entered).contains("kill " + name));
  }
}
