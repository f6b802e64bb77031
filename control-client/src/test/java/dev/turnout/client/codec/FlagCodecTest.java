package dev.turnout.client.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Placement.Algorithm;
import dev.turnout.flags.Variants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class FlagCodecTest {
  private static JsonNode json(String text) {
    return Json.parse(text.getBytes(UTF_8));
  }

  @Test
  void read_ofWritten_isTheSame() {
    assertThat(FlagCodec.read(FlagCodec.toJson(Samples.full()))).isEqualTo(Samples.full());
    assertThat(FlagCodec.read(FlagCodec.toJson(Flag.named("a")))).isEqualTo(Flag.named("a"));
  }

  @Test
  void toJson_wholePercentage_hasNoFraction() {
    assertThat(FlagCodec.toJson(Flag.named("a").edit().percentage(10).done()).toString())
        .contains("\"percentage\":10,");
  }

  @Test
  void edit_changesOnlyTheFieldsGiven() {
    Flag edited = FlagCodec.edit(Samples.full(), json("{\"name\":\"full\",\"percentage\":4.25}"));

    assertThat(edited).isEqualTo(Samples.full().edit().percentage(4.25).done());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "body             | []",
        "colour           | {\"colour\": 1}",
        "name             | {\"name\": \"other\"}",
        "revision         | {\"revision\": 1}",
        "reset_revision   | {\"reset_revision\": 1}",
        "stop             | {\"stop\": null}",
        "enabled          | {\"enabled\": \"true\"}",
        "enabled          | {\"enabled\": null}",
        "strategy         | {\"strategy\": \"Ring\"}",
        "percentage       | {\"percentage\": \"ten\"}",
        "percentage       | {\"percentage\": \"NaN\"}",
        "percentage       | {\"percentage\": 101}",
        "percentage       | {\"percentage\": -1}",
        "percentage       | {\"percentage\": 1e999}",
        "percentage       | {\"percentage\": null}",
        "rings            | {\"rings\": [1]}",
        "rings            | {\"rings\": {\"a b\": 1}}",
        "rings.beta       | {\"rings\": {\"beta\": 101}}",
        "ladder           | {\"ladder\": 5}",
        "ladder           | {\"ladder\": [5, 5]}",
        "ladder           | {\"ladder\": [0, 5]}",
        "ladder[1]        | {\"ladder\": [5, \"10\"]}",
        "ladder[1]        | {\"ladder\": [5, 101]}",
        "variants         | {\"variants\": [1]}",
        "variants         | {\"variants\": null}",
        "variants         | {\"variants\": {\"a b\": 100}}",
        "variants         | {\"variants\": {\"a\": 33.33, \"b\": 33.33, \"c\": 33.33}}",
        "variants         | {\"variants\": {\"on\": 50, \"a\": 50}}",
        "variants.a       | {\"variants\": {\"a\": 101}}",
        "variants.a       | {\"variants\": {\"a\": \"50\", \"b\": 50}}",
        "canary.user      | {\"canary\": {\"user\": []}}",
        "canary.users     | {\"canary\": {\"users\": [1]}}",
        "canary.servers   | {\"canary\": {\"servers\": [\" \"]}}",
        "dependencies     | {\"dependencies\": [\"full\"]}",
        "stickiness       | {\"stickiness\": \"\"}",
        "bucketing        | {\"bucketing\": \"md5\"}",
        "bucketing_key    | {\"bucketing_key\": \"other\"}",
        "bucketing_key    | {\"bucketing\": \"goff\", \"bucketing_key\": 1}",
        "bucketing_salt   | {\"bucketing\": \"goff\", \"bucketing_salt\": \"s\"}",
        "variant_bucketing | {\"variant_bucketing\": \"sha1\"}",
        "variant_bucketing | {\"bucketing\": \"goff\", \"variant_bucketing\": \"goff\"}",
        "limits           | {\"limits\": {}}",
        "limits.metric    | {\"limits\": [{\"above\": 1}]}",
        "limits.metric    | {\"limits\": [{\"metric\": \"p42\", \"above\": 1}]}",
        "limits.above     | {\"limits\": [{\"metric\": \"p50_ms\"}]}",
        "limits.above     | {\"limits\": [{\"metric\": \"error_rate\", \"above\": 100}]}",
        "limits.window    | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"window\": 60}]}",
        "limits.window    | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"window\": \"0s\"}]}",
        "limits.min_calls | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"min_calls\": 0}]}",
        "limits.for       | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"for\": \"5\"}]}",
        "limits.for       | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"for\": \"169h\"}]}",
        "description      | {\"description\": \"half \\ud800\"}",
        "canary.users     | {\"canary\": {\"users\": [\"half \\ud800\"]}}",
        "limits.colour    | {\"limits\": [{\"metric\": \"p50_ms\", \"above\": 1, \"colour\": 1}]}",
        "frozen           | {\"frozen\": 1}",
        "description      | {\"description\": []}",
      })
  void edit_ofAWrongField_namesIt(String field, String body) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> FlagCodec.edit(Samples.full(), json(body)))
        .satisfies(e -> assertThat(e.field()).isEqualTo(field));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NaN | must be a number from 0 to 100, not NaN",
        "-Infinity | must be a number from 0 to 100, not -Infinity",
        "100.0000001 | must be a number from 0 to 100, not 100.0000001",
        "99.9999999999999999999999 | must have at most 3 decimals, not 99.9999999999999999999999",
        "33.3333333 | must have at most 3 decimals, not 33.3333333",
        "1e-999999999 | must have at most 3 decimals, not 1E-999999999",
      })
  void edit_ofAPercentageThatIsNone_showsWhatWasGiven(String given, String expected) {
    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> FlagCodec.edit(Samples.full(), json("{\"percentage\": " + given + "}")))
        .withMessage("percentage: " + expected);
  }

  @Test
  void read_ofEveryPercentage_isTheSame() {
    for (int buckets = 0; buckets <= Percentage.BUCKETS; buckets++) {
      Percentage percentage = new Percentage(buckets);
      ObjectNode json = Json.object();
      Values.put(json, "percentage", percentage.percent());
      assertThat(FlagCodec.edit(Flag.named("x"), json(json.toString())).percentage())
          .isEqualTo(percentage);
    }
  }

  @Test
  void read_toleratesWhatItDoesNotKnow() {
    JsonNode json =
        FlagCodec.toJson(Samples.full()).put("colour", "red").set("more", Json.object());

    assertThat(FlagCodec.read(json)).isEqualTo(Samples.full());
  }

  @Test
  void edit_ofRings_replacesThem() {
    Flag edited = FlagCodec.edit(Samples.full(), json("{\"rings\":{\"ga\":1}}"));

    assertThat(edited.rings()).containsOnlyKeys("ga").containsValue(Percentage.of(1));
  }

  @Test
  void edit_ofVariants_replacesThem_inTheOrderGiven() {
    Flag edited =
        FlagCodec.edit(
            Samples.full(), json("{\"variants\":{\"z\":33.33,\"a\":33.33,\"m\":33.34}}"));

    assertThat(edited.variants().names()).containsExactly("z", "a", "m");
    assertThat(FlagCodec.toJson(edited).get("variants").toString())
        .isEqualTo("{\"z\":33.33,\"a\":33.33,\"m\":33.34}");
    assertThat(FlagCodec.read(FlagCodec.toJson(edited))).isEqualTo(edited);
  }

  @Test
  void edit_ofBucketing_goesThereAndBack() {
    Flag there =
        FlagCodec.edit(
            Samples.full(),
            json(
                "{\"bucketing\":\"launchdarkly\",\"bucketing_key\":\"k\",\"bucketing_salt\":\"s\"}"));
    assertThat(there.bucketing())
        .isEqualTo(new Placement(Algorithm.LAUNCHDARKLY, Algorithm.TURNOUT1, "k", "s"));
    assertThat(FlagCodec.read(FlagCodec.toJson(there))).isEqualTo(there);

    Flag back =
        FlagCodec.edit(
            there,
            json("{\"bucketing\":\"turnout1\",\"bucketing_key\":null,\"bucketing_salt\":null}"));
    assertThat(back).isEqualTo(Samples.full());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bucketing_key", "bucketing_salt", "variant_bucketing"})
  void read_ofARivalsBucketingCutShort_isRefused(String lost) {
    ObjectNode json =
        FlagCodec.toJson(
            Flag.named("a")
                .edit()
                .bucketing(new Placement(Algorithm.UNLEASH, Algorithm.UNLEASH, null, null))
                .done());
    json.remove(lost);

    assertThatExceptionOfType(InvalidFlagException.class)
        .isThrownBy(() -> FlagCodec.read(json))
        .withMessage(lost + ": is missing");
  }

  @Test
  void edit_ofVariantsToNothing_removesThem() {
    Flag edited = FlagCodec.edit(Samples.full(), json("{\"variants\":{}}"));

    assertThat(edited.variants()).isEqualTo(Variants.NONE);
  }

  @Test
  void read_ofAnOlderServersFlag_hasNoVariants() {
    ObjectNode json = FlagCodec.toJson(Samples.full());
    json.remove("variants");

    assertThat(FlagCodec.read(json))
        .isEqualTo(Samples.full().edit().variants(Variants.NONE).done());
  }
}
