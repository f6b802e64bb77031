package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What comes of it all once the database is back. */
final class StoreBackTest extends Outage {
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

  @Test
  void serverThatOthersOutrun_entersItsStops_andIsReady() throws Exception {
    cut();
    served.post("/feature-flags/kill/x", "").is(200);
    try (FastWriter writer = new FastWriter(database)) {
      mend();
      assertThat(audit(served)).endsWith("kill x by admin");
      assertThat(writer.isWriting()).isTrue();
    }
  }
}
