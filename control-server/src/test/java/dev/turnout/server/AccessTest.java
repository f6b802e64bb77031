package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.change.Author;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class AccessTest extends WithServer {
  private static final String REPORT =
      """
      {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
       "agent_version": "1", "epoch": 1, "revision": 1, "gates": [], "counts": [], "trips": []}""";

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
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
    served.send(null, "GET", "/agent/v1/stream", null).isProblem(401, null);
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
  void killer_disablingWhatIsNotThere_makesNoFlag() {
    String killer = token(TokenKind.KILLER);
    long revision = served.revision();
    served.send(killer, "PUT", "/feature-flags/new", "{\"enabled\": false}").isProblem(404, null);
    served
        .send(
            killer,
            "POST",
            "/feature-flags/bulk-update",
            "[{\"name\": \"x\", \"enabled\": false}, {\"name\": \"new\", \"enabled\": false}]")
        .is(200);
    served.get("/feature-flags/new").isProblem(404, null);
    assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();
    served
        .send(
            killer,
            "POST",
            "/feature-flags/bulk-update",
            "[{\"name\": \"new\", \"enabled\": false}]")
        .isProblem(404, null);
    assertThat(served.revision()).isEqualTo(revision + 1);
  }

  @Test
  void bulkDisable_ofWrongNamesToo_disablesTheOthers() {
    for (TokenKind kind : List.of(TokenKind.KILLER, TokenKind.OPERATOR)) {
      served.put("/feature-flags/x", "{\"enabled\": true}").is(200);
      String body =
          """
          [{"name": "y/z", "enabled": false}, {"enabled": false}, {"name": 7, "enabled": false},
           {"name": "x", "enabled": false, "reason": "fire"}, {"name": "x", "enabled": false}]""";
      JsonNode answer =
          served.send(token(kind), "POST", "/feature-flags/bulk-update", body).is(200).json();
      assertThat(answer.get("flags")).hasSize(1);
      assertThat(answer.get("warnings").toString()).contains("y/z", "7 is no name");
      assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();
      assertThat(served.get("/audit?limit=1").json().toString()).contains("\"fire\"");
    }
  }

  @Test
  void operator_disablingWhatIsNotThere_makesAFlag() {
    served
        .send(token(TokenKind.OPERATOR), "PUT", "/feature-flags/new", "{\"enabled\": false}")
        .is(201);
  }

  @Test
  void health_isOpen() {
    assertThat(served.send(null, "GET", "/health", null).is(200).body())
        .isEqualTo("{\"status\":\"up\"}");
  }

  @Test
  void token_expired_opensNothing() {
    String secret =
        served
            .server
            .tokens()
            .create(
                Author.named("test"),
                new Token("old", TokenKind.ADMIN, null),
                Duration.ofSeconds(-1))
            .secret();
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
