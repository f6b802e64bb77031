package dev.turnout.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong is told with the field's name, and changes nothing. */
final class BadInputTest extends WithServer {
  private long before;

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    served.put("/feature-flags/y", "{\"dependencies\": [\"x\"]}").is(201);
    before = served.revision();
  }

  @AfterEach
  void revisionIsUnchanged() {
    assertThat(served.revision()).isEqualTo(before);
    assertThat(served.flag("x").get("percentage").doubleValue()).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"percent\": 5} | percent",
        "{\"percentage\": 101} | percentage",
        "{\"percentage\": -1} | percentage",
        "{\"percentage\": 1e999} | percentage",
        "{\"percentage\": \"ten\"} | percentage",
        "{\"percentage\": null} | percentage",
        "{\"percentage\": NaN} | percentage",
        "{\"percentage\": Infinity} | percentage",
        "{\"percentage\": 99.9999999999999999999999} | percentage",
        "{\"rings\": {\"beta\": 0.0001}} | rings.beta",
        "{\"variants\": {\"a\": 50, \"b\": 49.999}} | variants",
        "{\"variants\": {\"a\": 50, \"off\": 50}} | variants",
        "{\"variants\": {\"a b\": 100}} | variants",
        "{\"variants\": {\"a\": 50.0001, \"b\": 49.9999}} | variants.a",
        "{\"variants\": [\"a\"]} | variants",
        "{\"variants\": null} | variants",
        "null | body",
        "{\"percentage\": 5, \"percentage\": 6} | body",
        "{\"percentage\": 5} x | body",
        "{\"percentage\": | body",
        "[] | body",
        "5 | body",
        "`` | body",
        "{\"enabled\": \"yes\"} | enabled",
        "{\"rings\": {\"beta\": 500}} | rings.beta",
        "{\"revision\": 5} | revision",
        "{\"stop\": null} | stop",
        "{\"name\": \"y\"} | name",
        "{\"strategy\": \"random\"} | strategy",
        "{\"bucketing\": \"md5\"} | bucketing",
        "{\"dependencies\": [\"nobody\"]} | dependencies",
        "{\"dependencies\": [\"x\"]} | dependencies",
        "{\"dependencies\": [\"y\"]} | dependencies",
        "{\"limits\": [{\"metric\": \"error_rate\", \"above\": -5}]} | limits.above",
        "{\"limits\": [{\"metric\": \"error_rate\", \"above\": 5, \"for\": \"300000h\"}]}"
            + " | limits.for",
        "{\"description\": \"half a pair: \\ud800\"} | description",
      })
  void put_isRefused(String body, String field) {
    served.put("/feature-flags/x", body).isProblem(400, field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT | /feature-flags/a%20b | {} | name",
        "GET | /feature-flags/a%20b | | name",
        "PUT | /feature-flags/%3Cb%3E | {} | name",
        "POST | /feature-flags/rollout/x/increase | {\"increase_by\": 101} | increase_by",
        "POST | /feature-flags/rollout/x/increase | {\"increase_by\": -4} | increase_by",
        "POST | /feature-flags/rollout/x/increase | {\"increase_by\": \"4\"} | increase_by",
        "POST | /feature-flags/rollout/x/increase | {\"decrease_by\": 4} | decrease_by",
        "POST | /feature-flags/rollout/x/increase | {\"increase_by\": NaN} | increase_by",
        "POST | /feature-flags/rollout/x/increase | {\"increase_by\": 0.0001} | increase_by",
        "POST | /feature-flags/reset/x | {\"reason\": 4} | reason",
        "POST | /feature-flags/reset/x | {\"why\": \"\"} | why",
        "POST | /feature-flags/unfreeze/x | garbage | body",
        "POST | /feature-flags/unfreeze/x | {\"why\": \"\"} | why",
        "POST | /feature-flags/unfreeze/x | [] | body",
        "DELETE | /rings/beta | garbage | body",
        "POST | /feature-flags/toggle | {\"flag\": \"x\"} | enabled",
        "POST | /feature-flags/toggle | {\"enabled\": true} | flag",
        "POST | /feature-flags/bulk-update | {} | body",
        "POST | /feature-flags/bulk-update | [{\"enabled\": false}] | name",
        "POST | /feature-flags/bulk-update | [5] | name",
        "POST | /feature-flags/evaluate | {\"context\": 5} | context",
        "POST | /feature-flags/evaluate | {\"context\": {\"user_id\": {}}} | context.user_id",
        "PUT | /canary | {\"mode\": \"on\"} | mode",
        "POST | /canary/users | {\"user\": \"\"} | user",
        "PUT | /rings/a%20b | {} | name",
        "PUT | /rings/beta | {\"users\": \"u\"} | users",
      })
  void request_isRefused(String method, String path, String body, String field) {
    served.send(served.admin, method, path, body).isProblem(400, field);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /nowhere, 404",
    "GET, /feature-flags/nobody, 404",
    "POST, /feature-flags/kill/nobody, 404",
    "DELETE, /canary/users/nobody, 404",
    "DELETE, /rings/nobody, 404",
    "PATCH, /feature-flags/x, 405",
    "DELETE, /status.json, 405",
    "POST, /agent/v1/stream, 405",
    "GET, /feature-flags/a%2Fb, 400",
  })
  void route_isUnknown(String method, String path, int status) {
    served.send(served.admin, method, path, null).isProblem(status, null);
  }

  @Test
  void body_ofTwoMegabytes_isTooLarge() {
    String body = "{\"description\": \"" + "x".repeat(2_000_000) + "\"}";
    served.put("/feature-flags/x", body).isProblem(413, "body");
  }

  @Test
  void body_chunkedWithoutLength_isTooLarge() {
    byte[] chunk = "x".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    served
        .send(
            served
                .request(served.admin, "/feature-flags/x")
                .PUT(BodyPublishers.ofByteArrays(Stream.generate(() -> chunk).limit(20).toList()))
                .build())
        .isProblem(413, "body");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unfreeze", "reset"})
  void body_ofTwoMegabytes_whereNoneIsAskedFor_isTooLarge(String route) {
    served.post("/feature-flags/" + route + "/x", "x".repeat(2_000_000)).isProblem(413, "body");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"percentage\": | body: line 1, column 15: the document ends too early",
        "{\"percentage\": 5, \"percentage\": 6} | body: line 1, column 19: \"percentage\" is there"
            + " twice",
        "{} {} | body: line 1, column 4: something follows after the document's end",
        "null | body: must be an object, not null",
        "{\"percentage\": NaN} | percentage: must be a number from 0 to 100, not NaN",
      })
  void put_isToldInOwnWords(String body, String detail) {
    Served.Answer answer = served.put("/feature-flags/x", body).is(400);
    assertThat(answer.json().get("detail").stringValue()).isEqualTo(detail);
  }

  @Test
  void body_deep_isRefused() {
    served.put("/feature-flags/x", "[".repeat(10_000)).isProblem(400, "body");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /feature-flags/%zz, path",
    "GET, /feature-flags/a%00b, path",
    "GET, /feature-flags/a%C0%AF, path",
    "GET, /feature-flags/a%FF, path",
    "PUT, /feature-flags/a%FF, path",
    "DELETE, /canary/users/a%80, path",
    "GET, /agent/v1/stream?service=%FF, query",
  })
  void url_malformed_isProblem(String method, String path, String field) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.server.port())) {
      String request =
          "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
              .formatted(method, path, served.admin);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer)
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json")
          .contains("\"status\":400")
          .contains("\"field\":\"" + field + "\"")
          .doesNotContain("Jetty");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "..."})
  void name_ofDotsOnly_isRefused(String name) {
    served
        .post("/feature-flags/bulk-update", "[{\"name\": \"" + name + "\"}]")
        .isProblem(400, "name");
  }

  @Test
  void bulkUpdate_ofAFlagTwice_isRefused() {
    served
        .post(
            "/feature-flags/bulk-update",
            "[{\"name\": \"x\", \"percentage\": 1}, {\"name\": \"y\"},"
                + " {\"name\": \"x\", \"percentage\": 2}]")
        .isProblem(400, "[2].name");
  }

  // No client of the JDK sends such a path.
  @Test
  void pathThatIsNoText_isABadRequest() throws Exception {
    for (String path : List.of("/feature-flags/%u0041", "/rollouts/%u0041")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.server.port())) {
        String request =
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(path, served.admin);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("percent-encoded");
      }
    }
  }
}
