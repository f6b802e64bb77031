package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people are told of a document that is none. */
class JsonTest {
  private static void assertRefused(String json, String message) {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Json.parse(json.getBytes(UTF_8)))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": | line 1, column 6: the document ends too early",
        "{\"a\": 1, \"a\": 2} | line 1, column 10: \"a\" is there twice",
        "{\"a\": 1} x | line 1, column 10: this is not valid JSON",
        "{\"a\": 1} 2 | line 1, column 10: something follows after the document's end",
        "{\"a\": ten} | line 1, column 7: this is not valid JSON",
        "{'a': 1} | line 1, column 2: this is not valid JSON",
        "`` | the document is empty",
      })
  void parse_ofWhatIsNoJson_saysWhereAndWhat(String json, String message) {
    assertRefused(json, message);
  }

  @Test
  void parse_tooDeep_saysTheBounds() {
    assertRefused(
        "[".repeat(51),
        "line 1, column 52: the document's depth or length is too much: at most 50 levels,"
            + " 4000000 tokens and 1048576 characters in a text");
  }
}
