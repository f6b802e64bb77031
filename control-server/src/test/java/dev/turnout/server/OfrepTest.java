package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.auth.TokenKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The OpenFeature Remote Evaluation Protocol, byte by byte. */
final class OfrepTest extends WithServer {
  private static final String PATH = "/ofrep/v1/evaluate/flags";
  private static final String USER = "{\"context\": {\"targetingKey\": \"u\"}}";

  private void put(String name, String fields) {
    served.put("/feature-flags/" + name, fields).is(201);
  }

  private JsonNode evaluate(String name, String body) {
    return served.post(PATH + "/" + name, body).is(200).json();
  }

  private void assertError(Served.Answer answer, int status, String key, String code) {
    answer.is(status);
    assertThat(answer.response().headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(answer.json().path("key").asString(null)).isEqualTo(key);
    assertThat(answer.json().get("errorCode").stringValue()).isEqualTo(code);
    assertThat(answer.json().get("errorDetails").stringValue())
        .isNotBlank()
        .doesNotContain("dev.turnout");
  }

  @Test
  void flagWithoutVariants_isABoolean() {
    put("full", "{\"percentage\": 100}");
    assertThat(evaluate("full", USER).toString())
        .isEqualTo(
            "{\"key\":\"full\",\"reason\":\"STATIC\",\"variant\":\"on\",\"value\":true,"
                + "\"metadata\":{\"reason\":\"STATIC\",\"revision\":1}}");
  }

  @Test
  void flagWithVariants_isTheNameOfOne() {
    put("split", "{\"percentage\": 100, \"variants\": {\"a\": 0, \"b\": 100}}");
    JsonNode on = evaluate("split", USER);
    assertThat(on.get("value").stringValue()).isEqualTo("b");
    assertThat(on.get("variant").stringValue()).isEqualTo("b");

    served.post("/feature-flags/kill/split", "").is(200);
    JsonNode off = evaluate("split", USER);
    assertThat(off.get("value").stringValue()).isEqualTo("off");
    assertThat(off.get("reason").stringValue()).isEqualTo("DISABLED");
    assertThat(off.get("metadata").get("reason").stringValue()).isEqualTo("KILLED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"percentage\": 50} | SPLIT",
        "{\"percentage\": 0} | STATIC",
        "{\"enabled\": false} | DISABLED",
        "{\"strategy\": \"ring\", \"rings\": {\"beta\": 100}} | TARGETING_MATCH",
        "{\"dependencies\": [\"off\"]} | TARGETING_MATCH",
        "{\"canary\": {\"users\": [\"u\"]}} | TARGETING_MATCH",
      })
  void reason_isOneOfOpenFeature(String fields, String reason) {
    put("off", "{}");
    served.put("/canary", "{\"mode\": true}").is(200);
    put("x", fields);
    assertThat(evaluate("x", USER).get("reason").stringValue()).isEqualTo(reason);
  }

  @Test
  void attributes_countAsForEvaluate() {
    put("rings", "{\"strategy\": \"ring\", \"rings\": {\"beta\": 100}}");
    put("tenants", "{\"stickiness\": \"tenant\", \"percentage\": 50}");
    String body =
        "{\"context\": {\"ring\": \"beta\", \"tenant_id\": 7, \"more\": {\"a\": [1]}}, \"new\": 1}";
    assertThat(evaluate("rings", body).get("value").booleanValue()).isTrue();
    assertThat(evaluate("tenants", body).get("reason").stringValue()).isEqualTo("SPLIT");
  }

  @Test
  void decision_isThatOfEvaluate() {
    put("half", "{\"percentage\": 50}");
    for (int i = 0; i < 50; i++) {
      JsonNode ours =
          served
              .post("/feature-flags/evaluate", "{\"context\": {\"user_id\": \"u" + i + "\"}}")
              .is(200)
              .json()
              .get("flags")
              .get("half");
      assertThat(evaluate("half", USER.replace("\"u\"", "\"u" + i + "\"")).get("value"))
          .isEqualTo(ours.get("on"));
    }
  }

  @Test
  void change_isSeenByTheNextRequest() {
    put("x", "{\"percentage\": 100}");
    assertThat(evaluate("x", USER).get("value").booleanValue()).isTrue();
    served.post("/feature-flags/kill/x", "").is(200);
    assertThat(evaluate("x", USER).get("value").booleanValue()).isFalse();
  }

  @Test
  void unknownFlag_isNotFound() {
    assertError(served.post(PATH + "/none", USER), 404, "none", "FLAG_NOT_FOUND");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | PARSE_ERROR",
        "[] | PARSE_ERROR",
        "{\"context\": 1} | INVALID_CONTEXT",
        "{\"context\": {\"targetingKey\": 7}} | INVALID_CONTEXT",
        "{\"context\": {}} | TARGETING_KEY_MISSING",
        "{\"context\": {\"targetingKey\": \"\"}} | TARGETING_KEY_MISSING",
        "{} | TARGETING_KEY_MISSING",
      })
  void badRequest_hasItsCode(String body, String code) {
    put("x", "{\"percentage\": 50}");
    assertError(served.post(PATH + "/x", body), 400, "x", code);
  }

  @Test
  void withoutAKey_whatEverybodyGetsIsAnswered() {
    put("full", "{\"percentage\": 100}");
    assertThat(evaluate("full", "{}").get("value").booleanValue()).isTrue();
  }

  @Test
  void withoutAKey_nothingIsDrawnOverADependency() {
    put("half", "{\"percentage\": 50}");
    put("x", "{\"percentage\": 100, \"dependencies\": [\"half\"]}");
    for (int i = 0; i < 20; i++) {
      assertThat(evaluate("x", "{}").get("value").booleanValue()).isFalse();
    }
  }

  @Test
  void all_hasEachFlagOrItsError() {
    put("full", "{\"percentage\": 100}");
    put("half", "{\"percentage\": 50}");
    JsonNode flags = served.post(PATH, "{}").is(200).json().get("flags");
    assertThat(flags.size()).isEqualTo(2);
    assertThat(flags.get(0).get("value").booleanValue()).isTrue();
    assertThat(flags.get(1).get("key").stringValue()).isEqualTo("half");
    assertThat(flags.get(1).get("errorCode").stringValue()).isEqualTo("TARGETING_KEY_MISSING");
    assertError(served.post(PATH, "{"), 400, null, "PARSE_ERROR");
    assertError(served.post(PATH, "{\"context\": []}"), 400, null, "INVALID_CONTEXT");
  }

  private Served.Answer all(String body, String known) {
    return served.send(
        served
            .request(served.admin, PATH)
            .header("If-None-Match", known)
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void all_knownAlready_isNotModified_untilSomethingDiffers() {
    put("half", "{\"percentage\": 50}");
    Served.Answer first = served.post(PATH, USER).is(200);
    String tag = first.response().headers().firstValue("ETag").orElseThrow();
    assertThat(tag).matches("\"[0-9a-f]{32}\"");

    assertThat(all(USER, tag).is(304).body()).isEmpty();
    all(USER, "\"other\", W/" + tag).is(304);
    all(USER, "\"other\"").is(200);
    all("{}", tag).is(200);
    served.post("/feature-flags/kill/half", "").is(200);
    assertThat(all(USER, tag).is(200).response().headers().firstValue("ETag"))
        .isPresent()
        .isNotEqualTo(java.util.Optional.of(tag));
  }

  @Test
  void body_tooLarge_isRefused() {
    served.post(PATH + "/x", " ".repeat(1_000_001)).isProblem(413, "body");
  }

  @Test
  void token_isAskedFor() {
    put("x", "{}");
    served.send(null, "POST", PATH + "/x", USER).isProblem(401, null);
    served.send(served.agent, "POST", PATH + "/x", USER).isProblem(403, null);
    served.send(served.token(TokenKind.VIEWER, null), "POST", PATH + "/x", USER).is(200);
  }
}
