package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.auth.TokenKind;
import dev.turnout.server.store.PostgresUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Reading the audit over HTTP. */
final class AuditTest extends WithServer {
  private String operator = "";

  @BeforeEach
  void change() {
    operator = served.token(TokenKind.OPERATOR, null);
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    served.put("/feature-flags/y", "{\"percentage\": 10}").is(201);
    served.send(operator, "POST", "/feature-flags/kill/x", "{\"reason\": \"errors\"}").is(200);
    served.put("/canary", "{\"mode\": true}").is(200);
  }

  private JsonNode page(String query) {
    return served.get("/audit" + query).is(200).json();
  }

  private List<String> found(String query) {
    return page(query)
        .get("entries")
        .valueStream()
        .map(entry -> entry.get("action").stringValue() + " " + entry.get("flag").asString("-"))
        .toList();
  }

  @Test
  void everything_newestFirst() {
    assertThat(found(""))
        .containsExactly(
            "canary -",
            "kill x",
            "create y",
            "create x",
            "create-token -",
            "create-token -",
            "create-token -");
    assertThat(page("").get("next").isNull()).isTrue();
  }

  @Test
  void entry_saysWhoWhatAndWhy() {
    JsonNode entry = page("?action=kill").get("entries").get(0);
    assertThat(entry.propertyNames())
        .containsExactly(
            "seq",
            "revision",
            "at",
            "actor",
            "action",
            "flag",
            "before",
            "after",
            "reason",
            "overrides",
            "hash");
    assertThat(entry.get("actor").stringValue()).startsWith("operator-");
    assertThat(entry.get("reason").stringValue()).isEqualTo("errors");
    assertThat(entry.get("before").get("stop").isNull()).isTrue();
    assertThat(entry.get("after").get("stop").get("kind").stringValue()).isEqualTo("killed");
    assertThat(entry.get("hash").stringValue()).hasSize(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?flag=x | kill x, create x",
        "?flag=x&action=create | create x",
        "?action=canary | canary -",
        "?actor=admin | canary -, create y, create x",
        "?actor=(server)&limit=1 | create-token -",
        "?flag=nothing | ''",
        "?since=1h&flag=y | create y",
        "?since=2020-01-01T00:00:00Z&flag=y | create y",
        "?since=0s | ''",
        "?until=2020-01-01T00:00:00Z | ''",
        "?until=0s&flag=y | create y",
        "?before=5&limit=1 | create x",
      })
  void filters(String query, String expected) {
    assertThat(String.join(", ", found(query))).isEqualTo(expected);
  }

  @Test
  void since_isWithThatTime_until_isWithout() {
    String at = page("?flag=y").get("entries").get(0).get("at").stringValue();
    assertThat(found("?flag=y&since=" + at)).hasSize(1);
    assertThat(found("?flag=y&until=" + at)).isEmpty();
  }

  @Test
  void pages_leadToTheNext_withTheSameFilters() {
    for (int i = 0; i < 7; i++) {
      served.post("/feature-flags/rollout/y/increase", "{\"increase_by\": 1}").is(200);
    }
    List<Long> seen = new ArrayList<>();
    String next = "/audit?limit=3&flag=y&since=1h";
    int pages = 0;
    while (next != null) {
      JsonNode page = served.get(next).is(200).json();
      page.get("entries").forEach(entry -> seen.add(entry.get("seq").longValue()));
      next = page.get("next").isNull() ? null : page.get("next").stringValue();
      pages++;
    }
    assertThat(pages).isEqualTo(3);
    assertThat(seen)
        .hasSize(8)
        .doesNotHaveDuplicates()
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void largeRows_makeAShorterPage() {
    StringBuilder users = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      users.append(i == 0 ? "\"" : ",\"").append(i).append("u".repeat(200)).append('"');
    }
    served.put("/rings/beta", "{\"users\": [" + users + "]}").is(200);
    for (int i = 0; i < 6; i++) {
      served.put("/rings/r" + i, "{}").is(200);
    }
    JsonNode page = page("?action=rings");
    assertThat(page.get("entries").size()).isBetween(2, 6);
    assertThat(found(page.get("next").stringValue().substring("/audit".length())))
        .hasSize(7 - page.get("entries").size());
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=1001, limit",
    "limit=x, limit",
    "before=0, before",
    "before=-1, before",
    "since=yesterday, since",
    "since=99999999d, since",
    "until=2026-01-01, until",
    "flag=, flag",
    "actor=%0A, actor",
  })
  void badInput_namesTheParameter(String query, String field) {
    served.get("/audit?" + query).isProblem(400, field);
  }

  @Test
  void verify_whole() {
    JsonNode check = served.get("/audit/verify").is(200).json();
    assertThat(check.get("whole").booleanValue()).isTrue();
    assertThat(check.get("entries").longValue()).isEqualTo(7);
    assertThat(check.get("head").stringValue())
        .isEqualTo("7:" + page("?limit=1").get("entries").get(0).get("hash").stringValue());
    assertThat(check.get("broken").isNull()).isTrue();
    String head = check.get("head").stringValue();
    served.put("/canary", "{\"mode\": false}").is(200);
    assertThat(
            served.get("/audit/verify?expect=" + head).is(200).json().get("whole").booleanValue())
        .isTrue();
  }

  @Test
  void verify_namesTheFirstAlteredRow() throws Exception {
    PostgresUrl shared = TestStore.database(data);
    String file = "jdbc:sqlite:" + data.resolve("turnout.db");
    try (Connection connection =
            shared == null
                ? DriverManager.getConnection(file)
                : DriverManager.getConnection(shared.url(), shared.user(), shared.password());
        Statement statement = connection.createStatement()) {
      statement.execute(
          shared == null
              ? "DROP TRIGGER audit_log_keeps_words"
              : "ALTER TABLE audit_log DISABLE TRIGGER USER");
      statement.execute("UPDATE audit_log SET actor = 'nobody' WHERE flag = 'x'");
    }
    JsonNode check = served.get("/audit/verify").is(200).json();
    assertThat(check.get("whole").booleanValue()).isFalse();
    assertThat(check.get("broken").get("seq").longValue()).isEqualTo(4);
    assertThat(check.get("broken").get("problem").stringValue()).isEqualTo("altered");
  }

  @Test
  void verify_badExpectation_isRefused() {
    served.get("/audit/verify?expect=12").isProblem(400, "expect");
  }
}
