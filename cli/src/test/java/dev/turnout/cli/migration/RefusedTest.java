package dev.turnout.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Placement.Algorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What does not come over exactly is refused, with the reason. */
class RefusedTest {
  private static Migration read(Product product, String document) {
    return product.read(JsonMapper.shared().readTree(document), Algorithm.FLAGD, null);
  }

  private static void assertRefused(Migration migration, String reason) {
    assertThat(migration.moved()).doesNotContainKey("f");
    assertThat(migration.refused().get("f")).contains(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"10\"},"
            + " \"constraints\": [{\"contextName\": \"userId\"}]}] | constraints",
        "[{\"name\": \"default\", \"segments\": [1]}] | segments",
        "[{\"name\": \"remoteAddress\", \"parameters\": {\"IPs\": \"\"}}] | remoteAddress",
        "[{\"name\": \"default\"}, {\"name\": \"default\"}] | several strategies",
        "[{\"name\": \"default\", \"disabled\": true}] | disabled",
        "[{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"1.5\"}}] | rollout",
        "[{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"101\"}}] | 0 to 100",
        "[{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"10\","
            + " \"stickiness\": \"random\"}}] | sticky by random",
        "[{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"10\","
            + " \"stickiness\": \"tenant\"}}] | sticky by tenant",
        "[{\"name\": \"gradualRolloutUserId\", \"parameters\": {\"percentage\": \"10\"}}] | groupId",
        "[{\"name\": \"default\", \"variants\": [{\"name\": \"a\", \"weight\": 999}]}] | sum to 999",
        "[{\"name\": \"default\", \"variants\": [{\"name\": \"on\", \"weight\": 1000}]}] | another",
        "7 | strategies is no list",
      })
  void unleash(String strategies, String reason) {
    assertRefused(
        read(
            Product.UNLEASH,
            "{\"features\": [{\"name\": \"f\", \"enabled\": true, \"strategies\": "
                + strategies
                + "}]}"),
        reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"rules\": [{\"id\": \"r\"}] | targeting rules",
        "\"offVariation\": 0, \"on\": false | while it is off it serves true",
        "\"targets\": [{\"values\": [\"u\"], \"variation\": 1}] | only true",
        "\"contextTargets\": [{\"contextKind\": \"org\", \"values\": [\"o\"]}] | no users",
        "\"prerequisites\": [{\"key\": \"none\", \"variation\": 0}] | none, which is not in the file",
        "\"prerequisites\": [{\"key\": \"f\", \"variation\": 1}] | needs f to be false",
        "\"fallthrough\": {} | neither a variation nor a rollout",
        "\"fallthrough\": {\"variation\": 7} | no variation 7",
        "\"fallthrough\": {\"rollout\": {\"variations\": [{\"variation\": 1, \"weight\": 90000},"
            + " {\"variation\": 0, \"weight\": 10000}]}} | lowest buckets are false",
        "\"fallthrough\": {\"rollout\": {\"variations\": [{\"variation\": 0, \"weight\": 10000}]}}"
            + " | sum to 10000",
        "\"fallthrough\": {\"rollout\": {\"bucketBy\": \"email\", \"variations\": []}} | by email",
        "\"fallthrough\": {\"rollout\": {\"contextKind\": \"org\", \"variations\": []}} | kind org",
        "\"salt\": null | neither salt nor seed",
      })
  void launchDarkly(String fields, String reason) {
    String base =
        "{\"on\": true, \"salt\": \"s\", \"variations\": [true, false], \"offVariation\": 1,"
            + " \"fallthrough\": {\"rollout\": {\"variations\": [{\"variation\": 0, \"weight\": 50000},"
            + " {\"variation\": 1, \"weight\": 50000}]}}}";
    var flag = (tools.jackson.databind.node.ObjectNode) JsonMapper.shared().readTree(base);
    flag.setAll(
        (tools.jackson.databind.node.ObjectNode) JsonMapper.shared().readTree("{" + fields + "}"));
    assertRefused(read(Product.LAUNCHDARKLY, "{\"flags\": {\"f\": " + flag + "}}"), reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"if\": [true, \"yes\", \"no\"]} | targeting other than",
        "{\"fractional\": [[\"no\", 90], [\"yes\", 10]]} | lowest buckets are false",
        "{\"fractional\": [[\"yes\"], [\"no\"], [\"no\"]]} | 1 in 3 is no multiple",
        "{\"fractional\": [[\"yes\", 10]]} | has not two parts",
        "{\"fractional\": [[\"yes\", 1.5], [\"no\", 1]]} | no whole number",
        "{\"fractional\": [[\"yes\", -1], [\"no\", 1]]} | not from 0",
        "{\"fractional\": [[\"maybe\", 1], [\"no\", 1]]} | no variant \"maybe\"",
        "{\"fractional\": [{\"var\": \"email\"}, [\"yes\", 1], [\"no\", 1]]} | hashes something else",
        "{\"fractional\": [{\"cat\": [{\"var\": \"targetingKey\"}, \"x\"]}, [\"yes\", 1],"
            + " [\"no\", 1]]} | hashes something else",
      })
  void flagd(String targeting, String reason) {
    assertRefused(
        read(
            Product.FLAGD,
            "{\"flags\": {\"f\": {\"state\": \"ENABLED\", \"defaultVariant\": \"no\","
                + " \"variants\": {\"yes\": true, \"no\": false}, \"targeting\": "
                + targeting
                + "}}}"),
        reason);
  }

  @Test
  void name_thatNoFlagCanHave() {
    Migration migration = read(Product.LAUNCHDARKLY, "{\"flagValues\": {\"a b\": true}}");
    assertThat(migration.refused()).containsOnlyKeys("a b");
  }

  @Test
  void dependents_ofWhatIsRefused_areToo() {
    Migration migration =
        read(
            Product.UNLEASH,
            """
            {"features": [
              {"name": "a", "enabled": true, "dependencies": [{"feature": "b"}]},
              {"name": "b", "enabled": true, "dependencies": [{"feature": "c", "enabled": true}]},
              {"name": "c", "enabled": true, "strategies": [{"name": "custom"}]},
              {"name": "d", "enabled": true, "dependencies": [{"feature": "x"}]},
              {"name": "e", "enabled": true}]}
            """);
    assertThat(migration.moved()).containsOnlyKeys("e");
    assertThat(migration.refused().get("a"))
        .isEqualTo("it depends on b, which is not carried over");
    assertThat(migration.refused().get("d")).isEqualTo("it depends on x, which is not in the file");
  }

  @Test
  void flag_thatIsThereTwice() {
    Migration migration =
        read(
            Product.UNLEASH,
            "{\"features\": [{\"name\": \"f\", \"enabled\": true}, {\"name\": \"f\"}]}");
    assertRefused(migration, "there twice");
  }
}
