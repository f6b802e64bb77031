package dev.turnout.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Creating, rotating and revoking tokens over HTTP. */
final class TokenTest extends WithServer {
  private JsonNode create(String body) {
    return served.post("/tokens", body).is(201).json();
  }

  private static String secret(JsonNode issued) {
    return issued.get("secret").stringValue();
  }

  private int status(String secret) {
    return served.send(secret, "GET", "/feature-flags", null).status();
  }

  private JsonNode listed(String name) {
    for (JsonNode token : served.get("/tokens").is(200).json().get("tokens")) {
      if (token.get("name").stringValue().equals(name)) {
        return token;
      }
    }
    throw new AssertionError("no token " + name);
  }

  private static Duration left(JsonNode token, String field) {
    return Duration.between(Instant.now(), Instant.parse(token.get(field).stringValue()));
  }

  @Test
  void create_answersTheSecretOnce() {
    Served.Answer answer =
        served.post("/tokens", "{\"name\": \"ann\", \"kind\": \"viewer\"}").is(201);
    assertThat(answer.response().headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(secret(answer.json())).hasSize(43);
    assertThat(status(secret(answer.json()))).isEqualTo(200);
    assertThat(listed("ann").propertyNames())
        .containsExactly(
            "name", "kind", "service", "created", "expires", "previous_until", "state");
    assertThat(listed("ann").get("state").stringValue()).isEqualTo("open");
  }

  @Test
  void create_withAnEnd_opensUntilThen() {
    create("{\"name\": \"ann\", \"kind\": \"viewer\", \"expires_in\": \"90d\"}");
    assertThat(left(listed("ann"), "expires"))
        .isBetween(Duration.ofDays(90).minusMinutes(5), Duration.ofDays(90));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | name",
        "{\"name\": \"a b\", \"kind\": \"viewer\"} | name",
        "{\"name\": \"a\"} | kind",
        "{\"name\": \"a\", \"kind\": \"root\"} | kind",
        "{\"name\": \"a\", \"kind\": \"ADMIN\"} | kind",
        "{\"name\": \"a\", \"kind\": \"agent\"} | service",
        "{\"name\": \"a\", \"kind\": \"agent\", \"service\": \"a/b\"} | service",
        "{\"name\": \"a\", \"kind\": \"agent\", \"service\": null} | service",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"service\": \"game\"} | service",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"expires_in\": \"90\"} | expires_in",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"expires_in\": \"0s\"} | expires_in",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"expires_in\": \"999999999d\"} | expires_in",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"expires_in\": 90} | expires_in",
        "{\"name\": \"a\", \"kind\": \"viewer\", \"secret\": \"mine\"} | secret",
      })
  void create_badInput_namesTheField(String body, String field) {
    served.post("/tokens", body).isProblem(400, field);
    assertThat(served.get("/tokens").json().get("tokens")).hasSize(2);
  }

  @Test
  void create_nameTaken_isRefused() {
    create("{\"name\": \"ann\", \"kind\": \"viewer\"}");
    served.post("/tokens", "{\"name\": \"ann\", \"kind\": \"admin\"}").isProblem(409, null);
    served.delete("/tokens/ann").is(204);
    create("{\"name\": \"ann\", \"kind\": \"operator\"}");
    assertThat(listed("ann").get("kind").stringValue()).isEqualTo("operator");
  }

  @Test
  void rotate_oldSecretOpensForTheOverlap() {
    String old = secret(create("{\"name\": \"ann\", \"kind\": \"viewer\"}"));
    JsonNode rotated = served.post("/tokens/ann/rotate", "{\"overlap\": \"2h\"}").is(200).json();
    assertThat(status(old)).isEqualTo(200);
    assertThat(status(secret(rotated))).isEqualTo(200);
    assertThat(left(rotated, "previous_until"))
        .isBetween(Duration.ofHours(2).minusMinutes(5), Duration.ofHours(2));
  }

  @Test
  void rotate_withoutOverlap_endsTheOldSecretAtOnce() {
    String old = secret(create("{\"name\": \"ann\", \"kind\": \"viewer\"}"));
    JsonNode rotated = served.post("/tokens/ann/rotate", "{\"overlap\": \"0s\"}").is(200).json();
    assertThat(status(old)).isEqualTo(401);
    assertThat(status(secret(rotated))).isEqualTo(200);
    assertThat(rotated.get("previous_until").isNull()).isTrue();
  }

  @Test
  void rotate_overlapEnds() {
    String old = secret(create("{\"name\": \"ann\", \"kind\": \"viewer\"}"));
    served.post("/tokens/ann/rotate", "{\"overlap\": \"1s\"}").is(200);
    await().until(() -> status(old) == 401);
  }

  @Test
  void rotate_givesTheLifetimeOfBefore() {
    create("{\"name\": \"ann\", \"kind\": \"viewer\", \"expires_in\": \"30d\"}");
    JsonNode rotated = served.post("/tokens/ann/rotate", "").is(200).json();
    assertThat(left(rotated, "expires"))
        .isBetween(Duration.ofDays(30).minusMinutes(5), Duration.ofDays(30));
    JsonNode longer = served.post("/tokens/ann/rotate", "{\"expires_in\": \"60d\"}").is(200).json();
    assertThat(left(longer, "expires")).isGreaterThan(Duration.ofDays(59));
  }

  @Test
  void rotate_neverLengthensAnOldSecret() {
    String old =
        secret(create("{\"name\": \"ann\", \"kind\": \"viewer\", \"expires_in\": \"1s\"}"));
    served.post("/tokens/ann/rotate", "{\"overlap\": \"30d\", \"expires_in\": \"1d\"}").is(200);
    await().until(() -> status(old) == 401);
  }

  @Test
  void rotate_manySecretsStillOpen_isRefused() {
    create("{\"name\": \"ann\", \"kind\": \"viewer\"}");
    for (int i = 0; i < 9; i++) {
      served.post("/tokens/ann/rotate", "").is(200);
    }
    served.post("/tokens/ann/rotate", "").isProblem(409, null);
    served.post("/tokens/ann/rotate", "{\"overlap\": \"0s\"}").is(200);
  }

  @Test
  void rotate_badInput_namesTheField() {
    create("{\"name\": \"ann\", \"kind\": \"viewer\"}");
    served.post("/tokens/ann/rotate", "{\"overlap\": \"31d\"}").isProblem(400, "overlap");
    served.post("/tokens/nobody/rotate", "").isProblem(404, null);
    served.post("/tokens/a%20b/rotate", "").isProblem(400, "name");
  }

  @Test
  void revoke_endsEverySecretAtOnce() {
    String old = secret(create("{\"name\": \"ann\", \"kind\": \"viewer\"}"));
    String second = secret(served.post("/tokens/ann/rotate", "").is(200).json());
    served.delete("/tokens/ann?reason=left").is(204);
    assertThat(status(old)).isEqualTo(401);
    assertThat(status(second)).isEqualTo(401);
    served.delete("/tokens/ann").isProblem(404, null);
    served.post("/tokens/ann/rotate", "").isProblem(404, null);
  }

  @Test
  void revoke_lastAdmin_isRefused() {
    create("{\"name\": \"brief\", \"kind\": \"admin\", \"expires_in\": \"1s\"}");
    await().until(() -> listed("brief").get("state").stringValue().equals("expired"));
    assertThat(served.delete("/tokens/admin").isProblem(409, null).body())
        .contains("last admin token");
    String other = secret(create("{\"name\": \"ann\", \"kind\": \"admin\"}"));
    served.delete("/tokens/admin").is(204);
    served.send(other, "DELETE", "/tokens/ann", null).isProblem(409, null);
    served.send(other, "DELETE", "/tokens/brief", null).is(204);
  }

  @Test
  void revoke_closesTheStreamsOfThatTokenOnly() throws Exception {
    String game = secret(create("{\"name\": \"g\", \"kind\": \"agent\", \"service\": \"game\"}"));
    String path = "/agent/v1/stream?service=game&instance=";
    try (EventReader revoked = new EventReader(served.request(game, path + "a").build());
        EventReader other = new EventReader(served.request(served.agent, path + "b").build())) {
      await().until(() -> !revoked.ids.isEmpty() && !other.ids.isEmpty());
      served.delete("/tokens/g").is(204);
      await().until(() -> revoked.ended);
      served.put("/feature-flags/x", "{}").is(201);
      await().until(() -> other.ids.contains("1:1"));
      assertThat(other.ended).isFalse();
      served.send(game, "GET", path + "a", null).isProblem(401, null);
    }
  }

  @Test
  void restart_keepsTokensAndMakesNoRevokedOneAnew() throws Exception {
    String ann = secret(create("{\"name\": \"ann\", \"kind\": \"admin\"}"));
    served.delete("/tokens/agent").is(204);
    String agent = served.agent;
    served.close();
    served = Served.in(data);
    assertThat(status(ann)).isEqualTo(200);
    assertThat(served.agent).isEqualTo(agent);
    served.send(agent, "GET", "/agent/v1/snapshot?service=s", null).isProblem(401, null);
  }

  @Test
  void everyChange_isInTheAudit_withoutSecretsOrHashes() throws Exception {
    List<String> secrets = new ArrayList<>(List.of(served.admin, served.agent));
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.turnout");
    logged.start();
    logger.addAppender(logged);
    try {
      secrets.add(
          secret(create("{\"name\": \"a\", \"kind\": \"viewer\", \"reason\": \"on call\"}")));
      secrets.add(secret(served.post("/tokens/a/rotate?reason=monthly", "").is(200).json()));
      served.delete("/tokens/a?reason=left").is(204);
      assertThat(status(secrets.get(2))).isEqualTo(401);
    } finally {
      logger.detachAppender(logged);
    }
    JsonNode entries = served.get("/audit").json().get("entries");
    assertThat(entries.valueStream().map(entry -> entry.get("action").stringValue()))
        .containsExactly(
            "revoke-token", "rotate-token", "create-token", "create-token", "create-token");
    assertThat(entries.valueStream().map(entry -> entry.get("actor").stringValue()))
        .containsExactly("admin", "admin", "admin", "(server)", "(server)");
    assertThat(entries.get(0).get("reason").stringValue()).isEqualTo("left");
    assertThat(entries.get(2).get("after").get("kind").stringValue()).isEqualTo("viewer");

    StringBuilder everywhere = new StringBuilder(served.get("/audit").body());
    everywhere.append(served.get("/tokens").body());
    logged.list.forEach(event -> everywhere.append(event.getFormattedMessage()));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(data, "turnout.db*")) {
      for (Path file : files) {
        everywhere.append(Files.readString(file, ISO_8859_1));
      }
    }
    assertThat(logged.list).isNotEmpty();
    assertThat(everywhere).contains("create-token").doesNotContain(secrets);
  }
}
