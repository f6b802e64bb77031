package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever comes with a request towards the fallback, it is carried out. */
final class TowardsFallbackTest extends WithServer {
  private static final String DECREASE = "/feature-flags/rollout/x/decrease";

  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 50}").is(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "[]",
        "null",
        "{\"reason\": 4}",
        "{\"reason\": \"half \\ud800\"",
        "{\"why\": \"\"}",
        "{\"reason\": NaN}",
      })
  void kill_withABodyThatIsNotUnderstood_kills(String body) {
    JsonNode flag = served.post("/feature-flags/kill/x", body).is(200).json();
    assertThat(flag.get("stop").get("reason").stringValue()).isEqualTo("killed");
    assertThat(flag.get("warnings").get(0).stringValue())
        .startsWith("done, though the body was not understood: ");
  }

  @Test
  void kill_withTwoMegabytes_kills() {
    served.post("/feature-flags/kill/x", "x".repeat(2_000_000)).is(200);
    assertThat(served.flag("x").get("stop").get("kind").stringValue()).isEqualTo("killed");
  }

  @Test
  void kill_withAReasonThatCannotBeWritten_kills() {
    JsonNode flag =
        served.post("/feature-flags/kill/x", "{\"reason\": \"half \\ud800\"}").is(200).json();
    assertThat(flag.get("stop").get("reason").stringValue()).isEqualTo("half ?");
    assertThat(flag.has("warnings")).isFalse();
  }

  @Test
  void kill_withALongReason_keepsItInTheAudit() {
    String reason = "r".repeat(1000);
    served.post("/feature-flags/kill/x", "{\"reason\": \"" + reason + "\"}").is(200);
    assertThat(served.flag("x").get("stop").get("reason").stringValue()).hasSize(200);
    JsonNode newest = served.get("/audit").json().get("entries").get(0);
    assertThat(newest.get("reason").stringValue()).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "garbage | 40",
        "{\"decrease_by\": \"ten\"} | 40",
        "{\"decrease_by\": NaN} | 40",
        "{\"decrease_by\": -4} | 40",
        "{\"decrease_by\": 0.0001} | 40",
        "{\"increase_by\": 4} | 40",
      })
  void decrease_withABodyThatIsNotUnderstood_goesDownByTheDefault(String body, double after) {
    JsonNode flag = served.post(DECREASE, body).is(200).json();
    assertThat(flag.get("percentage").doubleValue()).isEqualTo(after);
    assertThat(flag.get("warnings")).hasSize(1);
  }

  @Test
  void decrease_byMoreThanThereIs_isAllOfIt() {
    JsonNode flag = served.post(DECREASE, "{\"decrease_by\": 500}").is(200).json();
    assertThat(flag.get("percentage").doubleValue()).isZero();
    assertThat(flag.has("warnings")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST | /feature-flags/toggle             | {"flag": "x", "enabled": false, "reason": 5}
          POST | /feature-flags/toggle             | {"flag": "x", "enabled": false, "override": "typo"}
          POST | /feature-flags/toggle             | {"flag": "x", "enabled": false, "ticket": "INC-4"}
          PUT  | /feature-flags/x                  | {"enabled": false, "reason": 5}
          PUT  | /feature-flags/x?override=bogus   | {"enabled": false}
          POST | /feature-flags/bulk-update?override=bogus | [{"name": "x", "enabled": false}]
          POST | /feature-flags/rollback           | {"flags": ["x", "", 5, null], "ticket": "INC-4"}
          """)
  void disabling_withAWhyThatIsNotUnderstood_disables(String method, String path, String body) {
    JsonNode answer = served.send(served.admin, method, path, body).is(200).json();
    assertThat(answer.get("warnings")).isNotEmpty();
    assertThat(served.flag("x").get("enabled").booleanValue()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"reason\": 5}", "{\"override\": \"typo\"}", "junk"})
  void freezing_withABodyThatIsNotUnderstood_freezes(String body) {
    served.post("/feature-flags/freeze/x", body).is(200);
    assertThat(served.flag("x").get("frozen").booleanValue()).isTrue();
  }

  @Test
  void canaryModeOff_withAWhyThatIsNotUnderstood_isOff() {
    served.put("/canary", "{\"mode\": true}").is(200);
    JsonNode canary = served.put("/canary", "{\"mode\": false, \"reason\": 5}").is(200).json();
    assertThat(canary.get("mode").booleanValue()).isFalse();
    assertThat(canary.get("warnings")).isNotEmpty();
  }
}
