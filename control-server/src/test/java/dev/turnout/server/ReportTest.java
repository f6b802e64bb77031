package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class ReportTest extends WithServer {
  @BeforeEach
  void create() {
    served
        .put(
            "/feature-flags/x",
            "{\"percentage\": 10, \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
        .is(201);
  }

  private static String report(long sequence, String counts, String trips) {
    return """
        {"service": "game", "instance": "game-1", "region": "eu", "boot_id": "b1",
         "sequence": %d, "agent_version": "0.1.0", "epoch": 1, "revision": 1, "newer_field": 5,
         "gates": [{"flag": "x", "method": "com.acme.Game#play()", "wired": true,
                    "problem": null}],
         "counts": [%s], "trips": [%s]}"""
        .formatted(sequence, counts, trips);
  }

  private static String count(String ring, String path, long calls, String buckets) {
    return """
        {"flag": "x", "flag_revision": 1, "ring": "%s", "path": "%s", "calls": %d, "errors": 1,
         "consecutive_errors": 0, "latency": {"sum_nanos": 1000, "buckets": {%s}}}"""
        .formatted(ring, path, calls, buckets);
  }

  private static String trip(long flagRevision) {
    return """
        {"flag": "x", "flag_revision": %d, "limit": "error_rate > 5 %%", "rule": "threshold",
         "observed": 20.5, "calls": 117, "bad": 24, "at": "2026-01-01T10:00:00Z"}"""
        .formatted(flagRevision);
  }

  private JsonNode status() {
    return served.get("/status.json").is(200).json().get("flags").get(0);
  }

  @Test
  void counts_areSummedPerPath() {
    // Bucket 160 is about 1 ms, 240 about 1 s.
    served
        .report(
            report(
                1,
                count("ga", "new", 10, "\"160\": 9, \"240\": 1")
                    + ","
                    + count("beta", "new", 5, "\"160\": 5"),
                ""))
        .is(202);
    JsonNode instance = status().get("instances").get(0);
    assertThat(instance.get("instance").stringValue()).isEqualTo("game-1");
    assertThat(instance.get("new").get("calls").longValue()).isEqualTo(15);
    assertThat(instance.get("new").get("errors").longValue()).isEqualTo(2);
    assertThat(instance.get("new").get("p50_ms").doubleValue()).isBetween(1.0, 1.2);
    assertThat(instance.get("new").get("p99_ms").doubleValue()).isBetween(1000.0, 1200.0);
    assertThat(instance.get("fallback").get("calls").longValue()).isZero();
    assertThat(instance.get("fallback").get("p50_ms").isNull()).isTrue();
    assertThat(instance.get("tripped_here").booleanValue()).isFalse();
  }

  @Test
  void report_repeatedOrOvertaken_changesNoCounts() {
    served.report(report(2, count("ga", "new", 20, ""), "")).is(202);
    served.report(report(2, count("ga", "new", 99, ""), "")).is(202);
    served.report(report(1, count("ga", "new", 10, ""), "")).is(202);
    assertThat(calls()).isEqualTo(20);
    String rebooted = report(1, count("ga", "new", 3, ""), "").replace("\"b1\"", "\"b2\"");
    served.report(rebooted).is(202);
    assertThat(calls()).isEqualTo(3);
  }

  private long calls() {
    return status().get("instances").get(0).get("new").get("calls").longValue();
  }

  @Test
  void agents_showsGates() {
    served.report(report(1, "", "")).is(202);
    JsonNode agent = served.get("/agents").is(200).json().get("agents").get(0);
    assertThat(agent.get("agent_version").stringValue()).isEqualTo("0.1.0");
    assertThat(agent.get("connected").booleanValue()).isFalse();
    assertThat(agent.get("gates").get(0).get("wired").booleanValue()).isTrue();
  }

  @Test
  void trip_stopsTheFlag() {
    served.report(report(1, "", trip(1))).is(202);
    JsonNode status = status();
    assertThat(status.get("state").stringValue()).isEqualTo("tripped");
    assertThat(status.get("stop").get("by").stringValue()).isEqualTo("game/game-1");
    assertThat(status.get("stop").get("evidence").get("bad").longValue()).isEqualTo(24);
    assertThat(status.get("instances").get(0).get("tripped_here").booleanValue()).isTrue();
    JsonNode newest = served.get("/audit").is(200).json().get("entries").get(0);
    assertThat(newest.get("action").stringValue()).isEqualTo("trip");
    assertThat(newest.get("actor").stringValue()).isEqualTo("agent");
    assertThat(newest.get("before").get("stop").isNull()).isTrue();
    assertThat(newest.get("after").get("stop").get("kind").stringValue()).isEqualTo("tripped");
    assertThat(served.get("/metrics").body()).contains("turnout_trips_total 1.0");
  }

  @Test
  void trip_again_isNoNews() {
    served.report(report(1, "", trip(1))).is(202);
    long revision = served.revision();
    served.report(report(2, "", trip(1))).is(202);
    assertThat(served.revision()).isEqualTo(revision);
  }

  @Test
  void trip_outlivesEnabling() {
    served.report(report(1, "", trip(1))).is(202);
    served.put("/feature-flags/x", "{\"enabled\": true, \"percentage\": 100}").is(200);
    served.post("/feature-flags/toggle", "{\"flag\": \"x\", \"enabled\": true}").is(200);
    assertThat(status().get("state").stringValue()).isEqualTo("tripped");
  }

  @Test
  void trip_olderThanTheReset_isIgnored() {
    served.report(report(1, "", trip(1))).is(202);
    JsonNode reset = served.post("/feature-flags/reset/x", "{\"reason\": \"fixed\"}").json();
    assertThat(reset.get("stop").isNull()).isTrue();
    long revision = reset.get("reset_revision").longValue();
    assertThat(revision).isEqualTo(3);
    served.report(report(2, "", trip(1))).is(202);
    served.report(report(3, "", trip(revision - 1))).is(202);
    assertThat(served.flag("x").get("stop").isNull()).isTrue();
    served.report(report(4, "", trip(revision))).is(202);
    assertThat(status().get("state").stringValue()).isEqualTo("tripped");
  }

  @Test
  void trip_ofAKilledFlag_keepsTheKill() {
    served.post("/feature-flags/kill/x", "{\"reason\": \"errors\"}").is(200);
    served.report(report(1, "", trip(2))).is(202);
    JsonNode stop = served.flag("x").get("stop");
    assertThat(stop.get("kind").stringValue()).isEqualTo("killed");
    assertThat(stop.get("by").stringValue()).isEqualTo("admin");
    assertThat(stop.get("reason").stringValue()).isEqualTo("errors");
  }

  private void assertIgnored(String report, String reason) {
    JsonNode ignored = served.report(report).is(202).json().get("ignored_trips");
    assertThat(ignored.toString()).isEqualTo("[{\"flag\":\"x\",\"reason\":\"" + reason + "\"}]");
    assertThat(served.flag("x").get("stop").isNull()).isTrue();
  }

  @Test
  void trip_thatStops_isNotIgnored() {
    assertThat(served.report(report(1, "", trip(1))).is(202).body())
        .isEqualTo("{\"ignored_trips\":[]}");
    assertThat(served.report(report(2, "", trip(1))).is(202).body())
        .isEqualTo("{\"ignored_trips\":[]}");
  }

  @Test
  void trip_ofNoCalls_isIgnored() {
    assertIgnored(
        report(1, "", trip(1).replace("\"calls\": 117, \"bad\": 24", "\"calls\": 0, \"bad\": 0")),
        "cannot be true: trips.calls: must be a whole number from 1 to 1000000000000000, not 0");
  }

  @Test
  void trip_thatCannotBeTrue_costsNoOther_andNoCounts() {
    served.put("/feature-flags/y", "{\"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}");
    String odd = trip(1).replace("\"bad\": 24", "\"bad\": 118");
    String sound = trip(served.revision()).replace("\"flag\": \"x\"", "\"flag\": \"y\"");
    assertIgnored(
        report(1, count("ga", "new", 10, ""), odd + "," + sound),
        "cannot be true: trips.bad: must be at most calls: 118 of 117");
    assertThat(served.flag("y").get("stop").isNull()).isFalse();
    assertThat(status().get("instances")).hasSize(1);
  }

  @Test
  void trip_ofARevisionToCome_isIgnored() {
    assertIgnored(report(1, "", trip(999_999)), "flag_revision is ahead of this server's revision");
  }

  @Test
  void trip_ofAFlagWithoutLimits_isIgnored() {
    served.put("/feature-flags/x", "{\"limits\": []}").is(200);
    assertIgnored(report(1, "", trip(2)), "the flag has no such limit");
  }

  @Test
  void trip_ofALimitThatIsGone_isIgnored() {
    served
        .put("/feature-flags/x", "{\"limits\": [{\"metric\": \"error_rate\", \"above\": 9}]}")
        .is(200);
    assertIgnored(report(1, "", trip(1)), "the flag has no such limit");
  }

  @Test
  void trip_whileTheFlagChanges_stopsIt() {
    served.put("/feature-flags/x", "{\"percentage\": 50}").is(200);
    served.report(report(1, "", trip(1))).is(202);
    assertThat(status().get("state").stringValue()).isEqualTo("tripped");
  }

  @Test
  void trip_inOtherWordsUnderTheRevisionInForce_stopsTheFlag() {
    served.report(report(1, "", trip(1).replace("error_rate > 5 %", "errors > 5%"))).is(202);
    assertThat(status().get("state").stringValue()).isEqualTo("tripped");
  }

  @Test
  void trip_ofAnUnknownFlag_isIgnored() {
    String unknown = trip(1).replace("\"x\"", "\"nobody\"");
    assertThat(served.report(report(1, "", unknown)).is(202).body())
        .contains("there is no such flag");
  }

  @Test
  void trip_inAReportThatWasOvertaken_isIgnored() {
    served.report(report(2, "", "")).is(202);
    assertIgnored(report(1, "", trip(1)), "a newer report of this instance came before");
  }

  @Test
  void trips_ofManyInstancesAtOnce_countOnce() throws Exception {
    int instances = 8;
    int flags = 10;
    ExecutorService threads = Executors.newFixedThreadPool(instances);
    try {
      for (int flag = 0; flag < flags; flag++) {
        String name = "f" + flag;
        served
            .put(
                "/feature-flags/" + name,
                "{\"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
            .is(201);
        String trip = trip(served.revision()).replace("\"x\"", "\"" + name + "\"");
        long sequence = flag + 1L;
        List<Callable<Served.Answer>> reports = new ArrayList<>();
        for (int i = 0; i < instances; i++) {
          String report = report(sequence, "", trip).replace("game-1", "game-" + i);
          reports.add(() -> served.report(report));
        }
        for (Future<Served.Answer> answer : threads.invokeAll(reports)) {
          answer.get().is(202);
        }
      }
    } finally {
      threads.shutdown();
    }
    assertThat(served.get("/metrics").body()).contains("turnout_trips_total " + flags + ".0");
  }

  @Test
  void trip_whileSomebodyEnablesTheFlag_wins() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 20; round++) {
        String name = "r" + round;
        served
            .put(
                "/feature-flags/" + name,
                "{\"enabled\": false, \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
            .is(201);
        String trip = trip(served.revision()).replace("\"x\"", "\"" + name + "\"");
        String report = report(round + 1L, "", trip);
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Object> enabling =
            () -> {
              together.await();
              served
                  .post("/feature-flags/toggle", "{\"flag\": \"" + name + "\", \"enabled\": true}")
                  .is(200);
              return served.put("/feature-flags/" + name, "{\"percentage\": 100}").is(200);
            };
        Callable<Object> tripping =
            () -> {
              together.await();
              return served.report(report).is(202);
            };
        for (Future<Object> each : threads.invokeAll(List.of(enabling, tripping))) {
          each.get();
        }
        JsonNode flag = served.flag(name);
        assertThat(flag.get("enabled").booleanValue()).isTrue();
        assertThat(flag.get("stop").get("kind").stringValue()).isEqualTo("tripped");
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void trip_withLongTexts_isIgnored() {
    String longer = trip(1).replace("error_rate > 5 %", "x".repeat(900_000));
    JsonNode ignored = served.report(report(1, "", longer)).is(202).json().get("ignored_trips");
    assertThat(ignored.get(0).get("reason").stringValue())
        .startsWith("cannot be true: trips.limit: ")
        .hasSizeLessThan(300);
    assertThat(served.flag("x").get("stop").isNull()).isTrue();
  }

  @Test
  void report_malformed_isRefused() {
    served.report("{").isProblem(400, "body");
    served.report("{\"service\": \"game\"}").is(400);
    served.report(report(1, "", "").replace("\"game-1\"", "\"game 1\"")).isProblem(400, "instance");
  }
}
