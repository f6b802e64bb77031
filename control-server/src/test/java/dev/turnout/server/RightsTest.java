package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenChanges.Issued;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.change.Author;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Least rights: every route against every kind of token, and against none. A route that is not in
 * the table fails the test.
 */
final class RightsTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Author TEST = Author.named("test");

  private static final String REPORT =
      """
      {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
       "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [], "trips": []}""";

  /** Who asks, in the order of the columns. */
  private static final List<String> CALLERS =
      List.of("agent", "other", "viewer", "killer", "operator", "admin");

  // Method and path as the router has them; query of GET or body of the others; then the status for
  // an agent of the service "game", one of another service, viewer, killer, operator and admin. In
  // a path, {name} and {key} are x and {id} is u, which are there before every request.
  private static final List<String> TABLE =
      List.of(
          "GET /feature-flags | | 403 403 200 200 200 200",
          "GET /feature-flags/{name} | | 403 403 200 200 200 200",
          "PUT /feature-flags/{name} | {\"percentage\": 11} | 403 403 403 403 200 200",
          "PUT /feature-flags/{name} | {\"enabled\": false} | 403 403 403 200 200 200",
          "PUT /feature-flags/{name} | {\"enabled\": true} | 403 403 403 403 200 200",
          "PUT /feature-flags/{name} | {\"enabled\": false, \"percentage\": 0}"
              + " | 403 403 403 403 200 200",
          "DELETE /feature-flags/{name} | | 403 403 403 403 204 204",
          "POST /feature-flags/rollout/{name}/increase | | 403 403 403 403 200 200",
          "POST /feature-flags/rollout/{name}/decrease | | 403 403 403 200 200 200",
          "POST /feature-flags/freeze/{name} | | 403 403 403 200 200 200",
          "POST /feature-flags/unfreeze/{name} | | 403 403 403 403 200 200",
          "POST /feature-flags/kill/{name} | | 403 403 403 200 200 200",
          "POST /feature-flags/reset/{name} | | 403 403 403 403 200 200",
          "POST /feature-flags/toggle | {\"flag\": \"x\", \"enabled\": false}"
              + " | 403 403 403 200 200 200",
          "POST /feature-flags/toggle | {\"flag\": \"x\", \"enabled\": true}"
              + " | 403 403 403 403 200 200",
          "POST /feature-flags/rollback | {\"flags\": [\"x\"]} | 403 403 403 200 200 200",
          "POST /feature-flags/rollback | {\"all\": true} | 403 403 403 200 200 200",
          "POST /feature-flags/bulk-update | [{\"name\": \"x\", \"enabled\": false}]"
              + " | 403 403 403 200 200 200",
          "POST /feature-flags/bulk-update | [{\"name\": \"x\", \"percentage\": 90}]"
              + " | 403 403 403 403 200 200",
          "POST /feature-flags/evaluate | | 403 403 200 200 200 200",
          "POST /feature-flags/explain/{name} | | 403 403 200 200 200 200",
          "GET /canary | | 403 403 200 200 200 200",
          "PUT /canary | {\"mode\": false} | 403 403 403 200 200 200",
          "PUT /canary | {\"mode\": true} | 403 403 403 403 200 200",
          "POST /canary/users | {\"user\": \"v\"} | 403 403 403 403 200 200",
          "DELETE /canary/users/{id} | | 403 403 403 403 200 200",
          "GET /rings | | 403 403 200 200 200 200",
          "PUT /rings/{name} | {} | 403 403 403 403 200 200",
          "DELETE /rings/{name} | | 403 403 403 403 200 200",
          "GET /policy | | 403 403 200 200 200 200",
          "PUT /policy | {} | 403 403 403 403 200 200",
          "GET /rollouts | | 403 403 200 200 200 200",
          "GET /rollouts/{name} | | 403 403 200 200 200 200",
          "PUT /rollouts/{name} | {\"stages\": [{\"percentage\": 50}]} | 403 403 403 403 200 200",
          "DELETE /rollouts/{name} | | 403 403 403 403 204 204",
          "POST /rollouts/{name}/start | | 403 403 403 403 200 200",
          "POST /rollouts/{name}/pause | | 403 403 403 409 409 409",
          "POST /rollouts/{name}/resume | | 403 403 403 403 409 409",
          "POST /rollouts/{name}/advance | | 403 403 403 403 409 409",
          "POST /rollouts/{name}/rollback | | 403 403 403 200 200 200",
          "GET /experiments | | 403 403 200 200 200 200",
          "GET /experiments/{name} | | 403 403 200 200 200 200",
          "PUT /experiments/{name} | {\"variants\": {\"a\": 100}} | 403 403 403 403 200 200",
          "DELETE /experiments/{name} | | 403 403 403 403 204 204",
          "GET /export | | 403 403 200 200 200 200",
          "PUT /import | {\"format\": 1} | 403 403 403 403 403 200",
          "POST /epoch/raise | | 403 403 403 403 403 200",
          "GET /audit | | 403 403 200 200 200 200",
          "GET /events | | 403 403 200 200 200 200",
          "GET /audit/verify | | 403 403 200 200 200 200",
          "GET /tokens | | 403 403 403 403 403 200",
          "POST /tokens | {\"name\": \"made\", \"kind\": \"viewer\"} | 403 403 403 403 403 201",
          "POST /tokens/{name}/rotate | | 403 403 403 403 403 200",
          "DELETE /tokens/{name} | | 403 403 403 403 403 204",
          "GET /agents | | 403 403 200 200 200 200",
          "GET /signing-keys | | 403 403 200 200 200 200",
          "GET /status.json | | 403 403 200 200 200 200",
          "GET /ops/status.json | | 403 403 200 200 200 200",
          "GET /openapi.json | | 403 403 200 200 200 200",
          "POST /ofrep/v1/evaluate/flags | {\"context\": {\"targetingKey\": \"u\"}}"
              + " | 403 403 200 200 200 200",
          "POST /ofrep/v1/evaluate/flags/{key} | {\"context\": {\"targetingKey\": \"u\"}}"
              + " | 403 403 200 200 200 200",
          "GET /metrics | | 403 403 200 200 200 200",
          "GET /agent/v1/snapshot | service=game | 200 403 403 403 403 200",
          "GET /agent/v1/stream | service=game&instance=i | 200 403 403 403 403 200",
          "POST /agent/v1/reports | " + REPORT + " | 202 403 403 403 403 202");

  /** The only routes that ask for no token. */
  private static final Set<String> OPEN =
      Set.of("GET /health", "HEAD /health", "GET /health/live", "HEAD /health/live");

  private static final List<Row> ROWS = TABLE.stream().map(Row::of).flatMap(Row::withHead).toList();

  @TempDir static Path data;
  private static Served served;
  private static final Map<String, String> SECRETS = new LinkedHashMap<>();
  private static final Map<String, @Nullable String> USELESS = new LinkedHashMap<>();

  record Row(String route, String request, List<Integer> statuses) {
    static Row of(String line) {
      String[] parts = line.split("\\|", -1);
      return new Row(
          parts[0].strip(),
          parts[1].strip(),
          Stream.of(parts[2].strip().split(" ")).map(Integer::valueOf).toList());
    }

    // HEAD is answered wherever GET is.
    Stream<Row> withHead() {
      return route.startsWith("GET ")
          ? Stream.of(this, new Row(route.replace("GET ", "HEAD "), request, statuses))
          : Stream.of(this);
    }

    String method() {
      return route.substring(0, route.indexOf(' '));
    }

    boolean reads() {
      return method().equals("GET") || method().equals("HEAD");
    }

    String path() {
      String path = route.substring(route.indexOf(' ') + 1);
      return path.replace("{name}", "x").replace("{key}", "x").replace("{id}", "u")
          + (reads() && !request.isEmpty() ? "?" + request : "");
    }

    @Override
    public String toString() {
      return route + " " + (request.equals(REPORT) ? "" : request);
    }
  }

  @BeforeAll
  static void start() throws IOException {
    served = Served.in(data);
    SECRETS.put("agent", served.token(TokenKind.AGENT, "game"));
    SECRETS.put("other", served.token(TokenKind.AGENT, "shop"));
    SECRETS.put("viewer", served.token(TokenKind.VIEWER, null));
    SECRETS.put("killer", served.token(TokenKind.KILLER, null));
    SECRETS.put("operator", served.token(TokenKind.OPERATOR, null));
    SECRETS.put("admin", served.token(TokenKind.ADMIN, null));
    USELESS.put("none", null);
    USELESS.put("wrong", "wrong");
    for (TokenKind kind : TokenKind.values()) {
      String service = kind == TokenKind.AGENT ? "game" : null;
      Token expired = new Token("expired-" + kind.wireName(), kind, service);
      USELESS.put(
          expired.name(),
          served.server.tokens().create(TEST, expired, Duration.ofSeconds(-1)).secret());
      Token revoked = new Token("revoked-" + kind.wireName(), kind, service);
      Issued issued = served.server.tokens().create(TEST, revoked, null);
      served.server.tokens().revoke(TEST, revoked.name());
      USELESS.put(revoked.name(), issued.secret());
    }
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void everyRoute_isInTheTable() {
    Set<String> known = new TreeSet<>(OPEN);
    ROWS.forEach(row -> known.add(row.route()));
    assertThat(known).isEqualTo(served.server.routes());
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void route_letsInWhoHasTheRight(Row row) throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < CALLERS.size(); i++) {
      // Who only looks leaves all as it was.
      if (i == 0 || !row.reads()) {
        prepare();
      }
      String caller = CALLERS.get(i);
      all.assertThat(status(SECRETS.get(caller), row)).as(caller).isEqualTo(row.statuses().get(i));
    }
    all.assertAll();
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void route_letsInNobodyElse(Row row) throws Exception {
    prepare();
    long revision = served.revision();
    List<String> tokens = tokens();
    SoftAssertions all = new SoftAssertions();
    for (Map.Entry<String, @Nullable String> useless : USELESS.entrySet()) {
      all.assertThat(status(useless.getValue(), row)).as(useless.getKey()).isEqualTo(401);
    }
    all.assertThat(served.revision()).isEqualTo(revision);
    all.assertThat(tokens()).isEqualTo(tokens);
    all.assertAll();
  }

  @Test
  void open_isOpen() {
    for (String route : OPEN) {
      String[] parts = route.split(" ");
      served.send(null, parts[0], parts[1], null).is(200);
    }
  }

  private static List<String> tokens() {
    List<String> names = new ArrayList<>();
    served
        .get("/tokens")
        .json()
        .get("tokens")
        .forEach(token -> names.add(token.get("name").stringValue()));
    return names;
  }

  // What each request is about is there, and as it was before the others.
  private static void prepare() {
    served.delete("/feature-flags/x");
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    served.put("/rollouts/x", "{\"stages\": [{\"percentage\": 20}]}").is(201);
    served.put("/experiments/x", "{\"variants\": {\"a\": 50, \"b\": 50}}").is(201);
    served.put("/canary", "{\"mode\": false}").is(200);
    served.post("/canary/users", "{\"user\": \"u\"}").is(200);
    served.put("/rings/x", "{}").is(200);
    served.delete("/tokens/x");
    served.delete("/tokens/made");
    served.post("/tokens", "{\"name\": \"x\", \"kind\": \"viewer\"}").is(201);
  }

  // The headers only: a stream has no end.
  private static int status(@Nullable String token, Row row)
      throws IOException, InterruptedException {
    HttpRequest request =
        served
            .request(token, row.path())
            .method(
                row.method(),
                row.reads() || row.request().isEmpty()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(row.request()))
            .build();
    HttpResponse<InputStream> response = CLIENT.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      return response.statusCode();
    }
  }
}
