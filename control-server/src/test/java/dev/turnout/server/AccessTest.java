package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenKind;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest extends WithServer {
  private static final String REPORT =
      """
      {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
       "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [], "trips": []}""";

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
  }

  /** For every route, the status with a token of each kind; none is 401 throughout. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // method, path, body | agent | viewer | killer | operator
        "GET    | /feature-flags | | 403 | 200 | 200 | 200",
        "GET    | /feature-flags/x | | 403 | 200 | 200 | 200",
        "PUT    | /feature-flags/x | {\"percentage\": 11} | 403 | 403 | 403 | 200",
        "PUT    | /feature-flags/x | {\"enabled\": false} | 403 | 403 | 200 | 200",
        "PUT    | /feature-flags/x | {\"enabled\": true} | 403 | 403 | 403 | 200",
        "DELETE | /feature-flags/x | | 403 | 403 | 403 | 204",
        "POST   | /feature-flags/rollout/x/increase | | 403 | 403 | 403 | 200",
        "POST   | /feature-flags/rollout/x/decrease | | 403 | 403 | 200 | 200",
        "POST   | /feature-flags/freeze/x | | 403 | 403 | 200 | 200",
        "POST   | /feature-flags/unfreeze/x | | 403 | 403 | 403 | 200",
        "POST   | /feature-flags/kill/x | | 403 | 403 | 200 | 200",
        "POST   | /feature-flags/reset/x | | 403 | 403 | 403 | 200",
        "POST   | /feature-flags/toggle | {\"flag\":\"x\",\"enabled\":false}"
            + " | 403 | 403 | 200 | 200",
        "POST   | /feature-flags/toggle | {\"flag\":\"x\",\"enabled\":true}"
            + " | 403 | 403 | 403 | 200",
        "POST   | /feature-flags/bulk-update | [{\"name\":\"x\",\"enabled\":false}]"
            + " | 403 | 403 | 200 | 200",
        "POST   | /feature-flags/bulk-update | [{\"name\":\"x\",\"percentage\":90}]"
            + " | 403 | 403 | 403 | 200",
        "POST   | /feature-flags/evaluate | | 403 | 200 | 200 | 200",
        "POST   | /feature-flags/explain/x | | 403 | 200 | 200 | 200",
        "POST   | /ofrep/v1/evaluate/flags | | 403 | 200 | 200 | 200",
        "POST   | /ofrep/v1/evaluate/flags/x | {\"context\": {\"targetingKey\": \"u\"}}"
            + " | 403 | 200 | 200 | 200",
        "GET    | /canary | | 403 | 200 | 200 | 200",
        "PUT    | /canary | {\"mode\": true} | 403 | 403 | 403 | 200",
        "POST   | /canary/users | {\"user\": \"u\"} | 403 | 403 | 403 | 200",
        "DELETE | /canary/users/v | | 403 | 403 | 403 | 404",
        "GET    | /rings | | 403 | 200 | 200 | 200",
        "PUT    | /rings/beta | {} | 403 | 403 | 403 | 200",
        "DELETE | /rings/v | | 403 | 403 | 403 | 404",
        "POST   | /epoch/raise | | 403 | 403 | 403 | 403",
        "GET    | /audit | | 403 | 200 | 200 | 200",
        "GET    | /agents | | 403 | 200 | 200 | 200",
        "GET    | /signing-keys | | 403 | 200 | 200 | 200",
        "GET    | /status.json | | 403 | 200 | 200 | 200",
        "GET    | /metrics | | 403 | 200 | 200 | 200",
        "GET    | /agent/v1/snapshot?service=game | | 200 | 403 | 403 | 403",
      })
  void route_asksForItsRight(
      String method, String path, String body, int agent, int viewer, int killer, int operator) {
    served.send(null, method, path, body).isProblem(401, null);
    served.send("wrong", method, path, body).isProblem(401, null);
    assertThat(served.send(served.agent, method, path, body).status()).isEqualTo(agent);
    assertThat(served.send(token(TokenKind.VIEWER), method, path, body).status()).isEqualTo(viewer);
    assertThat(served.send(token(TokenKind.KILLER), method, path, body).status()).isEqualTo(killer);
    assertThat(served.send(token(TokenKind.OPERATOR), method, path, body).status())
        .isEqualTo(operator);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/feature-flags",
        "/feature-flags/x",
        "/canary",
        "/rings",
        "/audit",
        "/agents",
        "/signing-keys",
        "/status.json",
        "/metrics",
        "/agent/v1/snapshot?service=game",
        "/health",
      })
  void head_isGetWithoutABody(String path) {
    String token = path.startsWith("/agent/") ? served.agent : served.admin;
    Served.Answer get = served.send(token, "GET", path, null).is(200);
    Served.Answer head = served.send(token, "HEAD", path, null).is(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.response().headers().firstValue("Content-Type"))
        .isEqualTo(get.response().headers().firstValue("Content-Type"));
    assertThat(served.send(null, "HEAD", path, null).status())
        .isEqualTo(path.equals("/health") ? 200 : 401);
  }

  private String token(TokenKind kind) {
    return served.token(kind, null);
  }

  @Test
  void stream_asksForAnAgent() {
    String path = "/agent/v1/stream?service=game&instance=game-1";
    served.send(null, "GET", path, null).isProblem(401, null);
    served.send(token(TokenKind.VIEWER), "GET", path, null).isProblem(403, null);
    served.send(served.agent, "GET", "/agent/v1/stream", null).isProblem(400, "service");
  }

  @Test
  void report_asksForAnAgent() {
    served.send(null, "POST", "/agent/v1/reports", REPORT).isProblem(401, null);
    served
        .send(token(TokenKind.OPERATOR), "POST", "/agent/v1/reports", REPORT)
        .isProblem(403, null);
    served.report(REPORT).is(202);
  }

  @Test
  void agentToken_speaksForItsServiceOnly() {
    String other = served.token(TokenKind.AGENT, "shop");
    served.send(other, "POST", "/agent/v1/reports", REPORT).isProblem(403, null);
    served.send(other, "GET", "/agent/v1/snapshot?service=game", null).isProblem(403, null);
    served
        .send(other, "GET", "/agent/v1/stream?service=game&instance=i", null)
        .isProblem(403, null);
    served.send(other, "GET", "/agent/v1/snapshot?service=shop", null).is(200);
  }

  @Test
  void health_isOpen() {
    assertThat(served.send(null, "GET", "/health", null).is(200).body())
        .isEqualTo("{\"status\":\"up\"}");
  }

  @Test
  void token_expired_opensNothing() {
    String secret = served.server.tokens().secret();
    served
        .server
        .tokens()
        .add(new Token("old", TokenKind.ADMIN, null), secret, Duration.ofSeconds(-1));
    served.send(secret, "GET", "/feature-flags", null).isProblem(401, null);
  }

  @Test
  void tokenFiles_areForTheOwnerOnly() throws Exception {
    for (String name : new String[] {"admin.token", "agent.token"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
          .isEqualTo("rw-------");
      assertThat(Files.readString(data.resolve(name)).strip()).hasSize(43);
    }
    if (TestStore.database(data) == null) {
      assertThat(
              Files.readString(
                  data.resolve("turnout.db"), java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain(served.admin);
    }
  }
}
