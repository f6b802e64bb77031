package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.client.codec.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How snapshots are put on the wire, and how a fleet is sent away and asked back. */
final class DeliveryTest {
  private static final int PLACES = 2;

  @TempDir Path data;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    served =
        Served.in(
            data, new ControlServer.Tuning(Duration.ofMillis(200), PLACES, Duration.ofSeconds(1)));
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private HttpRequest.Builder stream(String instance) {
    return served.request(
        served.agent, "/agent/v1/stream?service=game&instance=" + instance + "&region=eu");
  }

  @Test
  void stream_compressed_bringsEveryEventAtOnce() throws Exception {
    HttpRequest request = stream("game-1").header("Accept-Encoding", "gzip").build();
    try (EventReader reader = new EventReader(request)) {
      await().until(() -> reader.ids.equals(List.of("1:1")));
      await().until(() -> reader.comments.get() >= 3);
      served.post("/feature-flags/kill/x", "").is(200);
      await().until(() -> reader.snapshots.size() == 2);
      assertThat(reader.snapshots.get(1).get("revision").longValue()).isEqualTo(2);
      assertThat(reader.encoding).isEqualTo("gzip");
    }
  }

  @Test
  void snapshot_compressed_isTheSameDocument() throws Exception {
    HttpRequest.Builder request =
        served
            .request(served.agent, "/agent/v1/snapshot?service=game")
            .header("Accept-Encoding", "gzip");
    HttpResponse<byte[]> answer =
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
    assertThat(answer.headers().firstValue("Vary")).hasValue("Accept-Encoding");
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      assertThat(Json.parse(plain.readAllBytes()))
          .isEqualTo(
              served.send(served.agent, "GET", "/agent/v1/snapshot?service=game", null).json());
    }

    String tag = answer.headers().firstValue("ETag").orElseThrow();

    assertThat(served.send(request.header("If-None-Match", tag).build()).is(304).body()).isEmpty();
  }

  @Test
  void stream_whenTheServerStops_isToldWhenToComeBack() throws Exception {
    try (EventReader plain = new EventReader(stream("game-1").build());
        EventReader compressed =
            new EventReader(stream("game-2").header("Accept-Encoding", "gzip").build())) {
      await().until(() -> !plain.ids.isEmpty() && !compressed.ids.isEmpty());

      served.close();

      await().until(() -> plain.ended && compressed.ended);
      for (EventReader reader : List.of(plain, compressed)) {
        assertThat(reader.snapshots).hasSize(2);
        assertThat(reader.snapshots.get(1).get("reconnect_within_ms").intValue()).isEqualTo(1_000);
      }
    }
  }

  @Test
  void stream_overTheCap_isToldToComeBackAtVariousTimes() throws Exception {
    List<EventReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < PLACES; i++) {
        readers.add(new EventReader(stream("game-" + i).build()));
      }
      Set<Integer> seconds = new TreeSet<>();
      for (int i = 0; i < 40; i++) {
        HttpResponse<String> refused =
            served.send(stream("more").build()).isProblem(503, null).response();
        seconds.add(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()));
      }
      assertThat(seconds).hasSizeGreaterThan(4).allMatch(wait -> wait >= 5 && wait <= 20);
    } finally {
      readers.forEach(EventReader::close);
    }
  }

  @Test
  void evaluate_afterAChange_isByWhatIsInForceNow_andByTheHostAskedFor() {
    served
        .put("/feature-flags/x", "{\"percentage\": 0, \"canary\": {\"servers\": [\"game-1\"]}}")
        .is(200);
    served.put("/canary", "{\"mode\": true}").is(200);
    String here = "{\"context\": {\"user_id\": \"u\"}, \"server\": \"game-1\"}";
    String there = "{\"context\": {\"user_id\": \"u\"}, \"server\": \"game-2\"}";

    for (int i = 0; i < 2; i++) {
      assertThat(evaluate(here)).contains("\"reason\":\"CANARY\"");
      assertThat(evaluate(there)).contains("\"on\":false");
    }
    served.post("/feature-flags/kill/x", "").is(200);

    assertThat(evaluate(here)).contains("\"reason\":\"KILLED\"");
    assertThat(evaluate(there)).contains("\"reason\":\"KILLED\"");
  }

  private String evaluate(String question) {
    return served.post("/feature-flags/evaluate", question).is(200).body();
  }
}
