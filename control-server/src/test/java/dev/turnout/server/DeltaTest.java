package dev.turnout.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who is sent deltas by a server, and that what comes of them is what others get as a whole. */
final class DeltaTest extends WithServer {
  private static final String PATH = "/agent/v1/stream?service=game&instance=";

  @BeforeEach
  void create() {
    StringBuilder flags = new StringBuilder("[{\"name\": \"x\"}");
    for (int i = 0; i < 50; i++) {
      flags.append(
          ",{\"name\": \"f" + i + "\", \"description\": \"Nummer " + i + ", für alle 日\"}");
    }
    served.post("/feature-flags/bulk-update", flags + "]").is(200);
  }

  private EventReader reader(String query, String encoding) throws Exception {
    HttpRequest.Builder request =
        served.request(served.agent, PATH + "g" + query).header("Accept-Encoding", encoding);
    return new EventReader(request.build());
  }

  private JsonNode whole() {
    return served.send(served.agent, "GET", "/agent/v1/snapshot?service=game", null).json();
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void everyChange_isADelta_andWhatComesOfItIsTheSnapshot(String encoding) throws Exception {
    try (EventReader reader = reader("&delta=1", encoding)) {
      await().until(() -> reader.snapshots.size() == 1);
      List<String> changes =
          List.of(
              "POST /feature-flags/kill/x {\"reason\": \"größer als \\\"5\\\" %\"}",
              "PUT /feature-flags/new {\"description\": \"日本語 😀\"}",
              "PUT /feature-flags/f7 {\"percentage\": 20}",
              "DELETE /feature-flags/f20",
              "POST /canary/users {\"user\": \"ü\"}",
              "POST /feature-flags/reset/x {}");
      for (String change : changes) {
        String[] parts = change.split(" ", 3);
        String body = parts.length == 3 ? parts[2] : null;
        int before = reader.snapshots.size();
        assertThat(served.send(served.admin, parts[0], parts[1], body).status()).isLessThan(300);
        await().until(() -> reader.snapshots.size() == before + 1);
        assertThat(reader.snapshots.get(before)).as(change).isEqualTo(whole());
      }
      assertThat(reader.types)
          .containsExactly("snapshot", "delta", "delta", "delta", "delta", "delta", "delta");
      assertThat(reader.signatures).hasSize(7).doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "&delta=0", "&delta=", "&delta=true"})
  void readerThatDoesNotAsk_isSentWholeSnapshots(String query) throws Exception {
    try (EventReader reader = reader(query, "gzip")) {
      await().until(() -> reader.snapshots.size() == 1);
      served.post("/feature-flags/kill/x", "").is(200);
      await().until(() -> reader.snapshots.size() == 2);
      assertThat(reader.types).containsExactly("snapshot", "snapshot");
    }
  }

  @Test
  void readerThatResumes_isSentAWholeSnapshotFirst() throws Exception {
    HttpRequest request =
        served
            .request(served.agent, PATH + "g&delta=1")
            .header("Last-Event-ID", "1:" + served.revision())
            .build();
    try (EventReader reader = new EventReader(request)) {
      await().until(() -> reader.comments.get() > 0);
      served.post("/feature-flags/kill/x", "").is(200);
      await().until(() -> reader.snapshots.size() == 1);
      served.post("/feature-flags/reset/x", "").is(200);
      await().until(() -> reader.snapshots.size() == 2);
      assertThat(reader.types).containsExactly("snapshot", "delta");
      assertThat(reader.snapshots.get(1)).isEqualTo(whole());
    }
  }

  // What polls and new streams are answered in between was sent to none of the others.
  @Test
  void quickEdits_withPollsBetweenThem_endInWhatIsInForce() throws Exception {
    try (EventReader reader = reader("&delta=1", "gzip")) {
      await().until(() -> reader.snapshots.size() == 1);
      for (int i = 1; i <= 50; i++) {
        served.put("/feature-flags/x", "{\"percentage\": " + i + "}").is(200);
        whole();
      }
      String last = "1:" + served.revision();
      await().until(() -> reader.ids.get(reader.ids.size() - 1).equals(last));
      await().until(() -> reader.snapshots.size() == reader.ids.size());
      assertThat(reader.snapshots.get(reader.snapshots.size() - 1)).isEqualTo(whole());
      assertThat(reader.types).contains("delta");
    }
  }

  @Test
  void readerThatStalls_isSentAWholeSnapshotOnceItReads() throws Exception {
    // Some 11 MB: what no socket takes in unless somebody reads.
    for (int i = 0; i < 5_000; i += 500) {
      String flags =
          IntStream.range(i, i + 500)
              .mapToObj(
                  n -> "{\"name\": \"b" + n + "\", \"description\": \"" + "x".repeat(1_800) + "\"}")
              .collect(Collectors.joining(",", "[", "]"));
      served.post("/feature-flags/bulk-update", flags).is(200);
    }
    try (Socket stalled = stalled();
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(stalled.getInputStream(), UTF_8));
        EventReader reader = reader("&delta=1", "gzip")) {
      await().until(() -> reader.snapshots.size() == 1);
      await().until(() -> served.get("/agents").json().toString().contains("stalled"));
      for (int i = 0; i < 5; i++) {
        int before = reader.snapshots.size();
        served.put("/feature-flags/x", "{\"percentage\": " + (20 + i) + "}").is(200);
        await().until(() -> reader.snapshots.size() > before);
      }
      assertThat(reader.types).endsWith("delta", "delta", "delta", "delta", "delta");

      long last = served.revision();
      assertThat(typesUntil(lines, "1:" + last)).containsExactly("snapshot", "snapshot");
      served.post("/feature-flags/kill/x", "").is(200);
      assertThat(typesUntil(lines, "1:" + (last + 1))).containsExactly("delta");
    }
  }

  // By HTTP/1.0, so that no line is cut by the ends of chunks.
  private Socket stalled() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()));
    socket
        .getOutputStream()
        .write(
            ("GET "
                    + PATH
                    + "stalled&delta=1 HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer "
                    + served.agent
                    + "\r\n\r\n")
                .getBytes(US_ASCII));
    socket.setSoTimeout(30_000);
    return socket;
  }

  /** Reads until the event of that id, and returns the types of those that came. */
  private static List<String> typesUntil(BufferedReader lines, String id) throws IOException {
    List<String> types = new ArrayList<>();
    String type = "";
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("id: ")) {
        types.add(type);
        if (line.equals("id: " + id)) {
          return types;
        }
      }
    }
    throw new AssertionError("the stream ended after " + types);
  }
}
