package dev.turnout.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.change.Author;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StreamTest {
  private static final int PLACES = 5;

  @TempDir Path data;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    served = Served.in(data, new ControlServer.Tuning(Duration.ofMillis(200), PLACES));
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private HttpRequest request(String instance, String... headers) {
    HttpRequest.Builder request =
        served.request(
            served.agent, "/agent/v1/stream?service=game&instance=" + instance + "&region=eu");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  @Test
  void stream_sendsOnConnectAndOnEveryChange() throws Exception {
    try (EventReader reader = new EventReader(request("game-1"))) {
      await().until(() -> reader.ids.equals(List.of("1:1")));
      served.put("/feature-flags/x", "{\"percentage\": 20}").is(200);
      await().until(() -> reader.ids.equals(List.of("1:1", "1:2")));
      await().until(() -> reader.snapshots.size() == 2);
      assertThat(reader.snapshots.get(1).get("env").stringValue()).isEqualTo("default");
      assertThat(reader.snapshots.get(1).get("flags").get(0).get("percentage").doubleValue())
          .isEqualTo(20);
    }
  }

  @Test
  void stream_lastEventIdIsCurrent_sendsTheNextOnly() throws Exception {
    try (EventReader reader = new EventReader(request("game-1", "Last-Event-ID", "1:1"))) {
      await().until(() -> reader.comments.get() > 0);
      assertThat(reader.ids).isEmpty();
      served.put("/feature-flags/x", "{\"percentage\": 20}").is(200);
      await().until(() -> reader.ids.equals(List.of("1:2")));
    }
  }

  @Test
  void stream_lastEventIdIsOld_sendsTheCurrent() throws Exception {
    try (EventReader reader = new EventReader(request("game-1", "Last-Event-ID", "1:0"))) {
      await().until(() -> reader.ids.equals(List.of("1:1")));
    }
  }

  @Test
  void stream_quiet_getsComments() throws Exception {
    try (EventReader reader = new EventReader(request("game-1"))) {
      await().until(() -> reader.comments.get() >= 3);
    }
  }

  @Test
  void stream_isSeenAmongTheAgents() throws Exception {
    try (EventReader reader = new EventReader(request("game-1"))) {
      await().until(() -> !reader.ids.isEmpty());
      assertThat(served.get("/agents").json().get("agents").toString())
          .contains("\"instance\":\"game-1\",\"region\":\"eu\"", "\"connected\":true");
      assertThat(served.get("/metrics").is(200).body())
          .contains("turnout_agents_connected 1.0", "turnout_revision 1.0");
    }
    // The end is noticed at the next heartbeat.
    await().until(() -> served.get("/agents").json().toString().contains("\"connected\":false"));
  }

  @Test
  void stream_whoseTokenExpires_isClosed() throws Exception {
    String secret =
        served
            .server
            .tokens()
            .create(
                Author.named("test"),
                new Token("brief", TokenKind.AGENT, "game"),
                Duration.ofSeconds(2))
            .secret();
    try (EventReader brief =
            new EventReader(
                served.request(secret, "/agent/v1/stream?service=game&instance=brief").build());
        EventReader reader = new EventReader(request("game-1"))) {
      await().until(() -> brief.ended);
      assertThat(brief.ids).containsExactly("1:1");
      assertThat(reader.ended).isFalse();
    }
  }

  @Test
  void stream_readerThatNeverReads_delaysNobody() throws Exception {
    List<Socket> stalled = new ArrayList<>();
    try (EventReader reader = new EventReader(request("game-1"))) {
      for (int i = 0; i < PLACES - 1; i++) {
        stalled.add(stalledReader("stalled-" + i));
      }
      await().until(() -> served.get("/agents").json().get("agents").size() == PLACES);
      await().until(() -> !reader.ids.isEmpty());
      // Some 700 kB a snapshot: what no socket takes in unless somebody reads.
      StringBuilder bulk = new StringBuilder("[");
      for (int i = 0; i < 350; i++) {
        bulk.append("{\"name\": \"f" + i + "\", \"description\": \"" + "x".repeat(1900) + "\"},");
      }
      served.post("/feature-flags/bulk-update", bulk + "{\"name\": \"x\"}]").is(200);
      for (int percentage = 11; percentage < 41; percentage++) {
        long started = System.nanoTime();
        long revision =
            served
                .put("/feature-flags/x", "{\"percentage\": " + percentage + "}")
                .is(200)
                .json()
                .get("revision")
                .longValue();
        await()
            .atMost(Duration.ofSeconds(5))
            .pollInterval(Duration.ofMillis(2))
            .until(() -> reader.ids.contains("1:" + revision));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
      }
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  private Socket stalledReader(String instance) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()));
    socket
        .getOutputStream()
        .write(
            ("GET /agent/v1/stream?service=game&instance="
                    + instance
                    + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + served.agent
                    + "\r\n\r\n")
                .getBytes(US_ASCII));
    return socket;
  }

  @Test
  void stream_overTheCap_isTurnedAway() throws Exception {
    List<EventReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < PLACES; i++) {
        readers.add(new EventReader(request("game-" + i)));
      }
      Served.Answer answer = served.send(request("one-more")).isProblem(503, null);
      assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
      readers.get(0).close();
      await()
          .untilAsserted(
              () -> {
                try (EventReader reader = new EventReader(request("one-more"))) {
                  assertThat(reader.ended).isFalse();
                }
              });
    } finally {
      readers.forEach(EventReader::close);
    }
  }

  @Test
  void stream_endsWhenTheServerStops() throws Exception {
    try (EventReader reader = new EventReader(request("game-1"))) {
      await().until(() -> !reader.ids.isEmpty());
      long started = System.nanoTime();
      served.close();
      await().until(() -> reader.ended);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void snapshot_knownRevision_isNotModified() {
    HttpRequest.Builder request = served.request(served.agent, "/agent/v1/snapshot?service=game");
    Served.Answer answer = served.send(request.build()).is(200);
    assertThat(answer.json().get("revision").longValue()).isEqualTo(1);
    assertThat(answer.response().headers().firstValue("ETag")).hasValue("\"1:1\"");
    request.header("If-None-Match", "\"1:1\"");
    assertThat(served.send(request.build()).is(304).body()).isEmpty();
    served.put("/feature-flags/x", "{\"percentage\": 20}").is(200);
    served.send(request.build()).is(200);
  }
}
