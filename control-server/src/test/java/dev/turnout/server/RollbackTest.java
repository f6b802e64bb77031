package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Several flags, or all, towards the fallback by one request. */
final class RollbackTest extends WithServer {
  private static final String ROLLBACK = "/feature-flags/rollback";

  @BeforeEach
  void create() {
    served.put("/feature-flags/a", "{\"percentage\": 25}").is(201);
    served.put("/feature-flags/b", "{\"percentage\": 50, \"frozen\": true}").is(201);
    served.put("/feature-flags/c", "{\"enabled\": false}").is(201);
  }

  private boolean isEnabled(String name) {
    return served.flag(name).get("enabled").booleanValue();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.stringValue()));
    return texts;
  }

  @Test
  void named_areDisabled_whateverElseIsNamed() {
    JsonNode answer =
        served
            .post(ROLLBACK, "{\"flags\": [\"a\", \"c\", \"misspelt\", \"no flag\"]}")
            .is(200)
            .json();
    assertThat(answer.get("disabled")).hasSize(1);
    assertThat(answer.get("disabled").get(0).get("name").stringValue()).isEqualTo("a");
    assertThat(answer.get("disabled").get(0).get("percentage").intValue()).isEqualTo(25);
    assertThat(answer.get("disabled").get(0).get("enabled").booleanValue()).isTrue();
    assertThat(texts(answer.get("already_disabled"))).containsExactly("c");
    assertThat(texts(answer.get("unknown"))).containsExactly("misspelt", "no flag");
    assertThat(isEnabled("a")).isFalse();
    assertThat(isEnabled("b")).isTrue();
    served.get("/feature-flags/misspelt").is(404);
  }

  @Test
  void all_isOneRevision_withARowForEach() {
    long before = served.revision();
    JsonNode answer = served.post(ROLLBACK, "{\"all\": true, \"reason\": \"fire\"}").is(200).json();
    assertThat(answer.get("revision").longValue()).isEqualTo(before + 1);
    assertThat(served.revision()).isEqualTo(before + 1);
    assertThat(isEnabled("a") || isEnabled("b")).isFalse();
    for (int i = 0; i < 2; i++) {
      JsonNode row = served.get("/audit").json().get("entries").get(i);
      assertThat(row.get("action").stringValue()).isEqualTo("disable");
      assertThat(row.get("reason").stringValue()).isEqualTo("fire");
    }
    served.post(ROLLBACK, "{\"all\": true}").is(200);
    assertThat(served.revision()).isEqualTo(before + 1);
  }

  @Test
  void reason_thatIsNotUnderstood_hindersNothing() {
    JsonNode answer = served.post(ROLLBACK, "{\"flags\": [\"a\"], \"reason\": 4}").is(200).json();
    assertThat(answer.get("warnings").get(0).stringValue()).contains("reason: must be a string");
    assertThat(isEnabled("a")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | flags",
        "{\"flags\": []} | flags",
        "{\"flags\": \"a\"} | flags",
        "{\"flags\": [4]} | flags",
        "{\"all\": false} | all",
        "{\"all\": true, \"flags\": [\"a\"]} | all",
        "{\"flag\": \"a\"} | flags",
        "[] | body",
      })
  void body_thatDoesNotSayWhich_isRefused(String body, String field) {
    served.post(ROLLBACK, body).isProblem(400, field);
    assertThat(isEnabled("a")).isTrue();
  }
}
