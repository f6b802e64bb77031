package dev.turnout.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What people look at when something is wrong. */
final class OpsStatusTest extends WithServer {
  @BeforeEach
  void create() {
    served
        .put(
            "/feature-flags/x",
            "{\"percentage\": 10, \"limits\": [{\"metric\": \"error_rate\", \"above\": 50}]}")
        .is(201);
  }

  private void report(String instance, boolean wired, String counts, String trips) {
    served
        .report(
            """
            {"service": "game", "instance": "%s", "region": "eu", "boot_id": "b", "sequence": 1,
             "agent_version": "0.1.0", "epoch": 1, "revision": 1,
             "gates": [{"flag": "x", "method": "com.acme.Game#play()", "wired": %s,
                        "problem": null}],
             "counts": [%s], "trips": [%s]}"""
                .formatted(instance, wired, counts, trips))
        .is(202);
  }

  private static String count(long revision, String path, long calls, long errors, int bucket) {
    return """
        {"flag": "x", "flag_revision": %d, "ring": "ga", "path": "%s", "calls": %d, "errors": %d,
         "consecutive_errors": 0,
         "latency": {"sum_nanos": 1000, "buckets": {"%d": %d}}}"""
        .formatted(revision, path, calls, errors, bucket, calls);
  }

  private JsonNode ops() {
    return served.get("/ops/status.json").is(200).json();
  }

  private List<String> errors(String level) {
    List<String> found = new ArrayList<>();
    ops()
        .get("errors")
        .get(level)
        .forEach(it -> found.add(it.get("flag").asString() + ": " + it.get("what").stringValue()));
    return found;
  }

  @Test
  void allWell_nothingIsFound() {
    report(
        "game-1", true, count(1, "new", 1000, 20, 160) + "," + count(1, "fallback", 9, 9, 1), "");
    JsonNode ops = ops();
    assertThat(ops.get("store").get("up").booleanValue()).isTrue();
    assertThat(ops.get("revision").longValue()).isEqualTo(1);
    assertThat(ops.get("agents").get("known").longValue()).isEqualTo(1);
    assertThat(ops.get("agents").get("connected").longValue()).isZero();
    assertThat(ops.get("errors").toString())
        .isEqualTo("{\"critical\":[],\"warning\":[],\"info\":[]}");
  }

  @Test
  void errors_areSummedOverInstances_andLevelledByTheirRate() {
    report("game-1", true, count(1, "new", 60, 0, 160), "");
    report("game-2", true, count(1, "new", 60, 6, 160), "");
    assertThat(errors("warning")).containsExactly("x: 5.0 % of 120 calls of the new path failed");
    assertThat(errors("critical")).isEmpty();
    report("game-3", true, count(1, "new", 60, 10, 160), "");
    assertThat(errors("critical")).containsExactly("x: 8.9 % of 180 calls of the new path failed");
    assertThat(errors("warning")).isEmpty();
  }

  @Test
  void errorsOfAnEarlierRevision_areNotCounted() {
    report("game-1", true, count(1, "new", 1000, 1000, 160), "");
    assertThat(errors("critical")).hasSize(1);
    served.put("/feature-flags/x", "{\"percentage\": 5}").is(200);
    assertThat(errors("critical")).isEmpty();
  }

  @Test
  void slowerNewPath_isTold() {
    // Eight buckets are a factor of two.
    report(
        "game-1", true, count(1, "new", 200, 0, 168) + "," + count(1, "fallback", 200, 0, 160), "");
    assertThat(errors("info"))
        .containsExactly("x: p99 of the new path is 100 % above the fallback's");
  }

  @Test
  void ungatedMethodsAndTrips_areTold() {
    report(
        "game-1",
        false,
        "",
        """
        {"flag": "x", "flag_revision": 1, "limit": "error_rate > 50 %", "rule": "threshold",
         "observed": 60, "calls": 100, "bad": 60, "at": "2026-01-01T10:00:00Z"}""");
    assertThat(errors("warning"))
        .containsExactly("x: 1 gated methods run ungated; see /agents for why");
    assertThat(errors("critical")).singleElement().asString().startsWith("x: tripped: error_rate");
    JsonNode trip = ops().get("trips").get(0);
    assertThat(trip.get("flag").stringValue()).isEqualTo("x");
    assertThat(trip.get("by").stringValue()).isEqualTo("game/game-1");
  }

  private EventReader stream(String instance) throws Exception {
    return new EventReader(
        served.request(served.agent, "/agent/v1/stream?service=game&instance=" + instance).build());
  }

  private void reported(String instance, String boot, long sequence, long revision) {
    served
        .report(
            """
            {"service": "game", "instance": "%s", "boot_id": "%s", "sequence": %d,
             "agent_version": "0.1.0", "epoch": 1, "revision": %d, "gates": [], "counts": [],
             "trips": []}"""
                .formatted(instance, boot, sequence, revision))
        .is(202);
  }

  @Test
  void delivery_beforeAnything_isNotKnown() {
    JsonNode delivery = ops().get("delivery");
    assertThat(delivery.get("streams").toString())
        .isEqualTo("{\"publishes\":0,\"p50_ms\":null,\"p99_ms\":null,\"max_ms\":null}");
    assertThat(delivery.get("reported").get("max_seconds").isNull()).isTrue();
    assertThat(delivery.get("in_force_since").isNull()).isFalse();
  }

  @Test
  void delivery_isToTheLastStream() throws Exception {
    try (EventReader one = stream("game-1");
        EventReader other = stream("game-2")) {
      await().until(() -> !one.ids.isEmpty() && !other.ids.isEmpty());
      for (int percentage = 11; percentage <= 15; percentage++) {
        long revision = percentage - 9;
        served.put("/feature-flags/x", "{\"percentage\": " + percentage + "}").is(200);
        await().until(() -> one.ids.contains("1:" + revision));
      }
      await().until(() -> ops().get("delivery").get("streams").get("publishes").intValue() == 5);
      JsonNode delivery = ops().get("delivery");
      assertThat(delivery.get("streams_waiting").intValue()).isZero();
      double median = delivery.get("streams").get("p50_ms").doubleValue();
      assertThat(median).isPositive();
      assertThat(delivery.get("streams").get("max_ms").doubleValue()).isBetween(median, 20_000.0);
      assertThat(served.get("/metrics").body())
          .contains(
              "turnout_delivery_seconds_count 5", "turnout_delivery_seconds_bucket{le=\"0.01\"}");
    }
  }

  @Test
  void delivery_thatOneReaderDoesNotTake_waitsForIt() throws Exception {
    StringBuilder bulk = new StringBuilder("[");
    for (int i = 0; i < 350; i++) {
      bulk.append("{\"name\": \"f" + i + "\", \"description\": \"" + "x".repeat(1900) + "\"},");
    }
    try (Socket stalled = new Socket()) {
      stalled.setReceiveBufferSize(4096);
      stalled.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()));
      String head =
          "GET /agent/v1/stream?service=game&instance=stalled HTTP/1.1\r\nHost: localhost\r\n"
              + "Authorization: Bearer %s\r\n\r\n";
      stalled.getOutputStream().write(head.formatted(served.agent).getBytes(US_ASCII));
      int unused = stalled.getInputStream().read();
      // Some 700 kB a snapshot, and more than the system keeps for whoever does not read.
      served.post("/feature-flags/bulk-update", bulk + "{\"name\": \"x\"}]").is(200);
      for (int percentage = 11; percentage <= 30; percentage++) {
        served.put("/feature-flags/x", "{\"percentage\": " + percentage + "}").is(200);
      }
      await().until(() -> ops().get("delivery").get("streams_waiting").intValue() == 1);
    }
    // It is gone, and nobody is waited for.
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> ops().get("delivery").get("streams_waiting").intValue() == 0);
  }

  @Test
  void reported_isOfThoseWhoFollowed() throws Exception {
    try (EventReader one = stream("game-1");
        EventReader other = stream("game-2");
        EventReader late = stream("game-3")) {
      await().until(() -> ops().get("agents").get("connected").intValue() == 3);
      reported("game-1", "b", 1, 1);
      reported("game-2", "b", 1, 1);
      long published = System.nanoTime();
      served.put("/feature-flags/x", "{\"percentage\": 11}").is(200);
      JsonNode reported = ops().get("delivery").get("reported");
      assertThat(reported.toString())
          .isEqualTo(
              "{\"agents\":0,\"of\":3,\"p50_seconds\":null,\"p99_seconds\":null,"
                  + "\"max_seconds\":null}");
      reported("game-1", "b", 2, 2);
      double first = (System.nanoTime() - published) / 1e9;
      // One that was started since tells nothing of the time.
      Thread.sleep(1_100);
      reported("game-3", "b", 1, 2);
      reported("game-1", "b", 3, 2);
      reported = ops().get("delivery").get("reported");
      assertThat(reported.get("agents").intValue()).isEqualTo(2);
      assertThat(reported.get("max_seconds").doubleValue()).isBetween(0.0, first);
      reported("game-2", "b", 2, 2);
      reported = ops().get("delivery").get("reported");
      assertThat(reported.get("agents").intValue()).isEqualTo(3);
      assertThat(reported.get("p50_seconds").doubleValue()).isBetween(0.0, first);
      assertThat(reported.get("max_seconds").doubleValue()).isGreaterThan(first);
    }
  }

  @Test
  void status_saysExposureAndLastChange() {
    served.put("/feature-flags/x", "{\"percentage\": 25}").is(200);
    JsonNode flag = served.get("/status.json").is(200).json().get("flags").get(0);
    assertThat(flag.get("exposure").doubleValue()).isEqualTo(25);
    assertThat(flag.get("last_change").get("by").stringValue()).isEqualTo("admin");
    assertThat(flag.get("last_change").get("action").stringValue()).isEqualTo("update");
    served.post("/feature-flags/kill/x", "").is(200);
    flag = served.get("/status.json").is(200).json().get("flags").get(0);
    assertThat(flag.get("exposure").doubleValue()).isZero();
    assertThat(flag.get("last_change").get("action").stringValue()).isEqualTo("kill");
  }
}
