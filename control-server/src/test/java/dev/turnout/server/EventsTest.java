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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What happens, as it happens. */
final class EventsTest {
  private static final int PLACES = 4;

  @TempDir Path data;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    served =
        Served.in(
            data,
            new ControlServer.Tuning(Duration.ofMillis(200), 5, Duration.ofSeconds(1), PLACES));
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private HttpRequest request(String token, String path, String... headers) {
    HttpRequest.Builder request = served.request(token, path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  private LiveEvents events(String query, String... headers) throws Exception {
    return new LiveEvents(request(served.admin, "/events" + query, headers));
  }

  /** One that is known to have begun. */
  private LiveEvents begun(String query, String... headers) throws Exception {
    LiveEvents events = events(query, headers);
    await().until(() -> !events.lastId.isEmpty());
    return events;
  }

  private long end() {
    return served.get("/audit?limit=1").json().get("entries").get(0).get("seq").longValue();
  }

  @Test
  void event_isTheRowOfTheAudit() throws Exception {
    try (LiveEvents events = begun("")) {
      served.post("/feature-flags/kill/x", "{\"reason\": \"two\\nlines\"}").is(200);
      await().until(() -> !events.events.isEmpty());
      JsonNode row = served.get("/audit?limit=1").json().get("entries").get(0);
      assertThat(events.events)
          .containsExactly(new LiveEvents.Event(row.get("seq").asString(""), "kill", row));
      assertThat(row.get("reason").stringValue()).isEqualTo("two\nlines");
    }
  }

  @Test
  void stream_beginsNow_andSaysWhereThatIs() throws Exception {
    long end = end();
    try (LiveEvents events = begun("")) {
      assertThat(events.lastId).isEqualTo(Long.toString(end));
      assertThat(events.events).isEmpty();
      served.put("/feature-flags/y", "{}").is(201);
      await().until(() -> events.names().equals(List.of("create")));
      assertThat(events.lastId).isEqualTo(Long.toString(end + 1));
    }
  }

  @Test
  void whatIsDoneWithTokens_comesToo() throws Exception {
    try (LiveEvents events = begun("")) {
      served.post("/tokens", "{\"name\": \"ann\", \"kind\": \"viewer\"}").is(201);
      served.put("/policy", "{\"one_rollout\": false}").is(200);
      await().until(() -> events.names().equals(List.of("create-token", "policy")));
    }
  }

  @Test
  void after_isEverythingSince_inOrder_overManyPages() throws Exception {
    StringBuilder many = new StringBuilder("[");
    for (int i = 0; i < 350; i++) {
      many.append("{\"name\": \"f" + i + "\"},");
    }
    served.post("/feature-flags/bulk-update", many + "{\"name\": \"x\"}]").is(200);
    long end = end();
    List<Long> all = LongStream.rangeClosed(1, end).boxed().toList();
    try (LiveEvents events = events("?after=0")) {
      await().until(() -> events.events.size() >= end);
      assertThat(events.numbers()).isEqualTo(all);
    }
    try (LiveEvents events = events("?after=0", "Last-Event-ID", Long.toString(end - 3))) {
      await().until(() -> events.events.size() >= 3);
      assertThat(events.numbers()).containsExactly(end - 2, end - 1, end);
    }
  }

  @Test
  void reader_thatComesBackAgainAndAgain_missesNothing_andGetsNothingTwice() throws Exception {
    long begin = end();
    int edits = 120;
    ExecutorService editor = Executors.newSingleThreadExecutor();
    List<Long> got = new ArrayList<>();
    try {
      Future<?> done =
          editor.submit(
              () -> {
                for (int i = 1; i <= edits; i++) {
                  served.put("/feature-flags/e" + i, "{}").is(201);
                }
              });
      String last = Long.toString(begin);
      while (got.size() < edits) {
        try (LiveEvents events = events("", "Last-Event-ID", last)) {
          await().until(() -> events.events.size() >= 7 || done.isDone());
          if (done.isDone()) {
            long end = end();
            await().until(() -> events.lastId.equals(Long.toString(end)));
          }
          List<LiveEvents.Event> page = List.copyOf(events.events);
          page.forEach(event -> got.add(event.data().get("seq").longValue()));
          last = page.isEmpty() ? last : page.get(page.size() - 1).id();
        }
      }
      done.get();
    } finally {
      editor.shutdownNow();
    }
    assertThat(got).isEqualTo(LongStream.rangeClosed(begin + 1, begin + edits).boxed().toList());
  }

  @Test
  void flag_isThatFlagOnly_andThePlaceMovesOnWithTheOthers() throws Exception {
    served.put("/feature-flags/y", "{}").is(201);
    try (LiveEvents events = events("?flag=x&after=0")) {
      await().until(() -> events.names().equals(List.of("create")));
      served.put("/feature-flags/y", "{\"percentage\": 1}").is(200);
      served.post("/feature-flags/freeze/x", "").is(200);
      await().until(() -> events.names().equals(List.of("create", "freeze")));
      assertThat(events.events).allMatch(it -> it.data().get("flag").stringValue().equals("x"));
      served.put("/feature-flags/y", "{\"percentage\": 2}").is(200);
      String end = Long.toString(end());
      await().until(() -> events.lastId.equals(end));
    }
  }

  @Test
  void quiet_getsComments() throws Exception {
    try (LiveEvents events = begun("")) {
      await().until(() -> events.comments.get() >= 3);
    }
  }

  @ParameterizedTest
  @CsvSource({"?after=-1, after", "?after=x, after", "?flag=a%20b, flag"})
  void query_thatMakesNoSense_isRefused(String query, String field) {
    served.get("/events" + query).isProblem(400, field);
  }

  @Test
  void place_thatIsNoNumber_isRefused() {
    served
        .send(request(served.admin, "/events", "Last-Event-ID", "1:2"))
        .isProblem(400, "Last-Event-ID");
  }

  @Test
  void place_beyondTheEnd_isRefused_andTakesNone() {
    for (int i = 0; i <= PLACES; i++) {
      assertThat(served.get("/events?after=100000").isProblem(409, "after").body())
          .contains("the audit ends at " + end());
    }
  }

  @Test
  void otherMethods_areRefused() {
    served.post("/events", "").isProblem(405, null);
  }

  @Test
  void stream_overTheCap_isTurnedAway() throws Exception {
    List<LiveEvents> readers = new ArrayList<>();
    try {
      for (int i = 0; i < PLACES; i++) {
        readers.add(events(""));
      }
      Served.Answer answer = served.get("/events").isProblem(503, null);
      assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
      // Agents have places of their own.
      served.send(served.agent, "GET", "/agent/v1/snapshot?service=game", null).is(200);
      readers.get(0).close();
      await()
          .untilAsserted(
              () -> {
                try (LiveEvents reader = events("")) {
                  assertThat(reader.ended).isFalse();
                }
              });
    } finally {
      readers.forEach(LiveEvents::close);
    }
  }

  @Test
  void token_thatIsRevokedOrExpires_endsItsStream() throws Exception {
    Author test = Author.named("test");
    String brief =
        served
            .server
            .tokens()
            .create(test, new Token("brief", TokenKind.VIEWER, null), Duration.ofSeconds(2))
            .secret();
    String gone =
        served
            .server
            .tokens()
            .create(test, new Token("gone", TokenKind.VIEWER, null), null)
            .secret();
    try (LiveEvents ofBrief = new LiveEvents(request(brief, "/events"));
        LiveEvents ofGone = new LiveEvents(request(gone, "/events"));
        LiveEvents other = begun("")) {
      served.delete("/tokens/gone").is(204);
      await().until(() -> ofGone.ended);
      await().until(() -> ofBrief.ended);
      assertThat(other.ended).isFalse();
    }
  }

  @Test
  void server_thatStops_saysGoodbye() throws Exception {
    try (LiveEvents events = begun("")) {
      served.close();
      await().until(() -> events.ended);
      assertThat(events.names()).containsExactly("goodbye");
      assertThat(events.events.get(0).data().get("reconnect_within_ms").intValue())
          .isEqualTo(1_000);
    }
  }

  @Test
  void reader_thatNeverReads_delaysNobody_andGetsEverythingOnceItDoes() throws Exception {
    long begin = end();
    try (LiveEvents events = begun("");
        Socket stalled = stalled()) {
      // Some 800 kB an edit, with before and after: what no socket takes in unless somebody reads.
      String bulk = "x".repeat(1_900);
      for (int i = 0; i < 8; i++) {
        StringBuilder edit = new StringBuilder("[");
        for (int j = 0; j < 200; j++) {
          edit.append("{\"name\": \"f" + j + "\", \"description\": \"" + i + bulk + "\"},");
        }
        served.post("/feature-flags/bulk-update", edit + "{\"name\": \"x\"}]").is(200);
        long end = end();
        await().atMost(Duration.ofSeconds(5)).until(() -> events.lastId.equals(Long.toString(end)));
      }
      List<Long> all = LongStream.rangeClosed(begin + 1, end()).boxed().toList();
      assertThat(events.numbers()).isEqualTo(all);
      assertThat(numbers(stalled, all.size())).isEqualTo(all);
    }
  }

  private Socket stalled() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()));
    // Of a time before chunks, which could begin in the middle of a line.
    String head = "GET /events HTTP/1.0\r\nAuthorization: Bearer %s\r\n\r\n";
    socket.getOutputStream().write(head.formatted(served.admin).getBytes(US_ASCII));
    // Until it has begun.
    int unused = socket.getInputStream().read();
    return socket;
  }

  private static List<Long> numbers(Socket socket, int count) throws IOException {
    List<Long> numbers = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    byte[] bytes = new byte[1 << 16];
    boolean named = false;
    long id = 0;
    while (numbers.size() < count) {
      int length = socket.getInputStream().read(bytes);
      for (int i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
          line.append((char) bytes[i]);
          continue;
        }
        String text = line.toString();
        if (text.startsWith("id: ")) {
          id = Long.parseLong(text.substring(4).strip());
        } else if (text.startsWith("event: ")) {
          named = true;
        } else if (text.isBlank() && named) {
          numbers.add(id);
          named = false;
        }
        line.setLength(0);
      }
    }
    return numbers;
  }
}
