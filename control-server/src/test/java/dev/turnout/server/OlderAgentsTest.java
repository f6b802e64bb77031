package dev.turnout.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Agents of two versions back. Their reports were recorded when the protocol began ({@code first})
 * and when it had variants, but nothing of what is refused ({@code second}); the requests are those
 * that the first ones made.
 */
final class OlderAgentsTest extends WithServer {
  private long revision;

  @BeforeEach
  void create() {
    served
        .put(
            "/feature-flags/full",
            "{\"percentage\": 10, \"variants\": {\"manual\": 50, \"auto\": 50},"
                + " \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
        .is(201);
    revision = served.flag("full").get("revision").longValue();
  }

  /** A report as it was recorded, of the flag's revision here. */
  private String report(String form) throws IOException {
    try (InputStream in =
        OlderAgentsTest.class.getResourceAsStream("/older-forms/report-" + form + ".json")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), UTF_8)
          .replaceAll("\"flag_revision\":1[12]", "\"flag_revision\":" + revision)
          .replace("\"revision\":12", "\"revision\":" + revision);
    }
  }

  @ParameterizedTest
  @CsvSource({"first,10", "second,13"})
  void report_isTaken_counted_andItsTripStopsTheFlag(String form, long calls) throws Exception {
    JsonNode answer = served.report(report(form)).is(202).json();

    assertThat(answer.get("ignored_trips")).isEmpty();
    JsonNode agent = served.get("/agents").json().get("agents").get(0);
    assertThat(agent.get("instance").stringValue()).isEqualTo("game-1");
    assertThat(agent.get("gates")).hasSize(2);
    JsonNode status = served.get("/status.json").json().get("flags").get(0);
    JsonNode instance = status.get("instances").get(0);
    assertThat(instance.get("new").get("calls").longValue()).isEqualTo(calls);
    assertThat(instance.get("new").get("errors").longValue()).isEqualTo(2);
    assertThat(instance.get("fallback").get("calls").longValue()).isEqualTo(5);
    assertThat(status.get("state").stringValue()).isEqualTo("tripped");
  }

  private HttpRequest.Builder stream() {
    return served
        .request(served.agent, "/agent/v1/stream?service=game&instance=game-1&region=eu")
        .header("Accept-Encoding", "identity");
  }

  @Test
  void streamAsTheFirstAgentsAskForIt_isWhatTheyRead() throws Exception {
    try (EventReader reader = new EventReader(stream().build())) {
      await().until(() -> !reader.snapshots.isEmpty());
      assertThat(reader.encoding).isEmpty();
      assertThat(reader.ids).containsExactly("1:" + revision);
      served.put("/feature-flags/full", "{\"percentage\": 20}").is(200);
      await().until(() -> reader.snapshots.size() == 2);
      assertThat(reader.snapshots.get(1).get("flags").get(0).get("percentage").intValue())
          .isEqualTo(20);
      assertThat(reader.types).containsExactly("snapshot", "snapshot");
    }
  }

  @Test
  void streamResumedByEpochAndRevisionAlone_sendsTheNextOnly() throws Exception {
    try (EventReader reader =
        new EventReader(stream().header("Last-Event-ID", "1:" + revision).build())) {
      served.put("/feature-flags/full", "{\"percentage\": 20}").is(200);
      await().until(() -> !reader.snapshots.isEmpty());
      assertThat(reader.ids).containsExactly("1:" + (revision + 1));
    }
  }

  @Test
  void snapshotKnownByEpochAndRevisionAlone_isNotModified() {
    HttpRequest.Builder poll = served.request(served.agent, "/agent/v1/snapshot?service=game");
    Served.Answer answer = served.send(poll.build()).is(200);
    assertThat(answer.response().headers().firstValue("ETag")).hasValue("\"1:" + revision + "\"");
    assertThat(answer.json().get("flags").get(0).get("bucketing").stringValue())
        .isEqualTo("turnout1");
    served.send(poll.header("If-None-Match", "\"1:" + revision + "\"").build()).is(304);
  }
}
