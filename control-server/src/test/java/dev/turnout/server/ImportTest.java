package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An environment as one document, out of one store and into another. */
final class ImportTest extends WithServer {
  private static final String ALWAYS =
      "{\"blackouts\": [{\"name\": \"always\", \"from\": \"00:00\", \"to\": \"00:00\","
          + " \"zone\": \"UTC\"}], \"one_rollout\": false}";

  @TempDir Path dataOfOther;

  private JsonNode export() {
    return served.get("/export").is(200).json();
  }

  private JsonNode imported(String query, String document) {
    return served.put("/import" + query, document).is(200).json();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.stringValue()));
    return texts;
  }

  private static String flags(String flags) {
    return "{\"format\": 1, \"flags\": [" + flags + "]}";
  }

  private static JsonNode withoutOrigin(JsonNode export) {
    ObjectNode copy = (ObjectNode) export.deepCopy();
    copy.remove(List.of("env", "revision"));
    return copy;
  }

  // Something of everything that there is.
  private void fill() {
    served.put("/feature-flags/base", "{\"percentage\": 100}").is(201);
    served
        .put(
            "/feature-flags/full",
            """
            {"strategy": "ring", "percentage": 33.333, "rings": {"internal": 100, "beta": 0.5},
             "variants": {"a": 33.33, "b": 66.67}, "dependencies": ["base"], "stickiness": "tenant",
             "canary": {"servers": ["s"], "regions": ["r"], "users": ["u1", "u2"]},
             "bucketing": "launchdarkly", "bucketing_key": "key", "bucketing_salt": "salt",
             "limits": [{"metric": "error_rate", "above": 5, "window": "60s"},
                        {"metric": "p99_ms", "above": 250.5}],
             "description": "two\\nlines, \\"quoted\\" – ünter"}""")
        .is(201);
    served.put("/feature-flags/laddered", "{\"ladder\": [1, 5.5, 100]}").is(201);
    served.put("/feature-flags/killed", "{\"percentage\": 40}").is(201);
    served.post("/feature-flags/kill/killed", "{\"reason\": \"fire\"}").is(200);
    served
        .put(
            "/feature-flags/tripped",
            "{\"percentage\": 40, \"limits\": [{\"metric\": \"error_rate\", \"above\": 5}]}")
        .is(201);
    long revision = served.revision();
    served
        .report(
            """
            {"service": "game", "instance": "game-1", "boot_id": "b", "sequence": 1,
             "agent_version": "1", "epoch": 1, "revision": %d, "gates": [], "counts": [],
             "trips": [{"flag": "tripped", "variant": "on", "flag_revision": %d,
                        "limit": "error_rate > 5 %%", "rule": "threshold", "observed": 20.5,
                        "calls": 117, "bad": 24, "at": "2026-01-01T10:00:00Z"}]}"""
                .formatted(revision, revision))
        .is(202);
    served.put("/feature-flags/off", "{\"enabled\": false}").is(201);
    served.put("/rings/zeta", "{\"users\": [\"u9\", \"u1\"]}").is(200);
    served.put("/rings/alpha", "{\"email_domains\": [\"example.com\"]}").is(200);
    served.put("/canary", "{\"mode\": true}").is(200);
    served.post("/canary/users", "{\"user\": \"c\"}").is(200);
    served.post("/feature-flags/freeze/full", "").is(200);
    served.put("/policy", ALWAYS).is(200);
  }

  @Test
  void export_intoAnEmptyStore_isTheSameThere() throws IOException {
    fill();
    JsonNode export = export();
    assertThat(export.get("env").stringValue()).isEqualTo("default");
    assertThat(export.get("revision").longValue()).isEqualTo(served.revision());
    assertThat(export.get("flags")).hasSize(6);
    assertThat(export.toString()).contains("\"killed\"", "\"tripped\"", "\"evidence\"", "zeta");
    assertThat(export.toString()).doesNotContain(served.admin, served.agent);
    try (Served other = Served.in(dataOfOther)) {
      // Full shares come in over the shares of new flags, which is a raise like any other.
      JsonNode done = other.put("/import", export.toString()).is(200).json();
      assertThat(done.get("created")).hasSize(6);
      assertThat(done.get("revision").longValue()).isEqualTo(1);
      JsonNode again = other.get("/export").is(200).json();
      // As text, for the order counts too.
      assertThat(withoutOrigin(again).toString()).isEqualTo(withoutOrigin(export).toString());
      assertThat(other.get("/audit/verify").json().get("whole").booleanValue()).isTrue();
    }
  }

  @Test
  void export_intoItsOwnStore_changesNothing() {
    fill();
    long before = served.revision();
    JsonNode done = imported("", export().toString());
    assertThat(done.get("unchanged").intValue()).isEqualTo(6);
    assertThat(done.get("created")).isEmpty();
    assertThat(done.get("changed")).isEmpty();
    assertThat(done.get("settings")).isEmpty();
    assertThat(done.get("kept")).isEmpty();
    assertThat(served.revision()).isEqualTo(before);
  }

  @Test
  void import_changesWhatIsGiven_andLeavesTheRest() {
    served.put("/feature-flags/a", "{\"percentage\": 10, \"description\": \"d\"}").is(201);
    served.put("/feature-flags/b", "{}").is(201);
    JsonNode done =
        imported(
            "?reason=moving", flags("{\"name\": \"a\", \"percentage\": 20}, {\"name\": \"n\"}"));
    assertThat(texts(done.get("created"))).containsExactly("n");
    assertThat(done.get("changed").toString())
        .isEqualTo("[{\"name\":\"a\",\"fields\":{\"percentage\":{\"before\":10,\"after\":20}}}]");
    assertThat(done.get("removed")).isEmpty();
    assertThat(served.flag("a").get("description").stringValue()).isEqualTo("d");
    assertThat(served.flag("n").get("percentage").intValue()).isZero();
    assertThat(served.flag("b").get("revision").longValue()).isEqualTo(2);
    JsonNode rows = served.get("/audit?limit=2").json().get("entries");
    assertThat(
            List.of(
                rows.get(0).get("action").stringValue(), rows.get(1).get("action").stringValue()))
        .containsExactlyInAnyOrder("create", "import");
    assertThat(rows.get(0).get("reason").stringValue()).isEqualTo("moving");
    assertThat(rows.get(0).get("revision")).isEqualTo(rows.get(1).get("revision"));
  }

  @Test
  void replace_removesWhatIsNotThere_whateverDependsOnWhat() {
    served.put("/feature-flags/a", "{}").is(201);
    served.put("/feature-flags/b", "{\"dependencies\": [\"a\"]}").is(201);
    served.put("/feature-flags/c", "{\"dependencies\": [\"b\", \"a\"]}").is(201);
    served.put("/feature-flags/kept", "{\"dependencies\": [\"c\"]}").is(201);
    served.put("/rings/old", "{}").is(200);
    served.put("/rollouts/b", "{\"stages\": [{\"percentage\": 1}]}").is(201);
    served
        .put("/experiments/e", "{\"flag\": \"c\", \"variants\": {\"control\": 50, \"new\": 50}}")
        .is(201);
    String without = "{\"name\": \"kept\", \"dependencies\": []}";
    JsonNode done =
        imported(
            "?replace=true",
            "{\"format\": 1, \"rings\": {\"new\": {}}, \"flags\": [" + without + "]}");
    assertThat(texts(done.get("removed"))).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(texts(done.get("removed_rollouts"))).containsExactly("b");
    assertThat(texts(done.get("removed_experiments"))).containsExactly("e");
    assertThat(served.get("/rings").json().get("rings").propertyNames()).containsExactly("new");
    assertThat(served.get("/feature-flags").json().get("flags")).hasSize(1);
  }

  @Test
  void replace_ofWhatOthersDependOn_isRefusedAsAWhole() {
    served.put("/feature-flags/a", "{}").is(201);
    served.put("/feature-flags/b", "{\"dependencies\": [\"a\"]}").is(201);
    assertThat(
            served
                .put("/import?replace=true", flags("{\"name\": \"b\"}"))
                .isProblem(409, null)
                .body())
        .contains("b depends on a");
    assertThat(served.revision()).isEqualTo(2);
  }

  @Test
  void dryRun_saysTheSame_andChangesNothing() {
    served.put("/feature-flags/a", "{\"percentage\": 10}").is(201);
    served.put("/feature-flags/gone", "{}").is(201);
    String document =
        "{\"format\": 1, \"canary\": {\"mode\": true, \"users\": [\"u\"]}, \"policy\": "
            + ALWAYS
            + ", \"flags\": [{\"name\": \"a\", \"percentage\": 5}, {\"name\": \"n\"}]}";
    JsonNode dry = imported("?dry_run=true&replace=true", document);
    assertThat(dry.get("dry_run").booleanValue()).isTrue();
    assertThat(dry.get("revision").isNull()).isTrue();
    assertThat(dry.get("settings").propertyNames()).containsExactly("canary", "policy");
    assertThat(served.revision()).isEqualTo(2);
    assertThat(served.get("/policy").json().get("one_rollout").booleanValue()).isTrue();
    JsonNode done = imported("?replace=true", document);
    for (String field : List.of("created", "changed", "removed", "settings", "kept", "unchanged")) {
      assertThat(done.get(field)).as(field).isEqualTo(dry.get(field));
    }
  }

  @Test
  void raise_isRefusedAsAnyOther_andADryRunTells() {
    served.put("/feature-flags/a", "{\"ladder\": [1, 5, 100], \"percentage\": 1}").is(201);
    String document = flags("{\"name\": \"a\", \"percentage\": 100}, {\"name\": \"n\"}");
    JsonNode refused = imported("?dry_run=true", document).get("refused");
    assertThat(refused.get("detail").stringValue()).contains("the next step of its ladder is 5 %");
    assertThat(texts(refused.get("overrides"))).containsExactly("ladder");
    served.put("/import", document).isProblem(409, null);
    served.get("/feature-flags/n").is(404);
    served.put("/import?override=ladder", document).isProblem(400, "reason");
    imported("?override=ladder&reason=load%20test", document);
    assertThat(served.flag("a").get("percentage").intValue()).isEqualTo(100);
    assertThat(served.get("/audit?flag=a&limit=1").json().get("entries").get(0).get("overrides"))
        .hasSize(1);
  }

  @Test
  void stopsAndFreezes_thatStand_areNotLifted() {
    served.put("/feature-flags/a", "{\"percentage\": 10}").is(201);
    served.put("/feature-flags/b", "{\"percentage\": 10}").is(201);
    JsonNode before = export();
    served.post("/feature-flags/kill/a", "{\"reason\": \"fire\"}").is(200);
    served.post("/feature-flags/freeze/b", "").is(200);
    JsonNode done = imported("", before.toString());
    assertThat(done.get("kept").toString())
        .isEqualTo("[{\"flag\":\"a\",\"field\":\"stop\"},{\"flag\":\"b\",\"field\":\"frozen\"}]");
    assertThat(done.get("unchanged").intValue()).isEqualTo(2);
    assertThat(served.flag("a").get("stop").get("reason").stringValue()).isEqualTo("fire");
    assertThat(served.flag("b").get("frozen").booleanValue()).isTrue();
    served
        .put("/import", flags("{\"name\": \"b\", \"percentage\": 20, \"frozen\": false}"))
        .isProblem(409, null);
  }

  @Test
  void stops_ofTheDocument_stop() {
    served.put("/feature-flags/a", "{\"percentage\": 10}").is(201);
    served.post("/feature-flags/kill/a", "{\"reason\": \"fire\"}").is(200);
    JsonNode killed = export();
    served.post("/feature-flags/reset/a", "").is(200);
    imported("", killed.toString());
    assertThat(served.flag("a").get("stop").get("reason").stringValue()).isEqualTo("fire");
  }

  @Test
  void documentOfAnotherEnvironment_isWarnedOf() {
    JsonNode done = imported("?dry_run=true", "{\"format\": 1, \"env\": \"staging\"}");
    assertThat(texts(done.get("warnings"))).singleElement().asString().contains("staging");
  }

  @Test
  void document_ofMoreThanAMegabyte_isTaken() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      many.append("{\"name\": \"f" + i + "\", \"description\": \"" + "x".repeat(1_500) + "\"},");
    }
    assertThat(imported("", flags(many + "{\"name\": \"last\"}")).get("created")).hasSize(1_001);
    assertThat(Json.bytes(export()).length).isGreaterThan(1_500_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | format",
        "{\"format\": 2} | format",
        "{\"format\": \"1\"} | format",
        "[] | body",
        "{ | body",
        "{\"format\": 1, \"flag\": []} | flag",
        "{\"format\": 1, \"tokens\": []} | tokens",
        "{\"format\": 1, \"flags\": {}} | flags",
        "{\"format\": 1, \"flags\": [4]} | flags[0]",
        "{\"format\": 1, \"flags\": [{}]} | flags[0].name",
        "{\"format\": 1, \"flags\": [{\"name\": \"a b\"}]} | flags[0].name",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\"}, {\"name\": \"a\"}]} | flags[1].name",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"percent\": 5}]} | flags[0].percent",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"revision\": 5}]} | flags[0].revision",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"percentage\": 101}]} | flags[0].percentage",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"ladder\": [5, 1]}]} | flags[0].ladder",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"variants\": {\"v\": 9}}]} | flags[0].variants",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"bucketing\": \"x\"}]} | flags[0].bucketing",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"stop\": {\"kind\": \"x\"}}]} | flags[0].stop.kind",
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"dependencies\": [\"b\"]}]} | dependencies",
        "{\"format\": 1, \"canary\": {\"on\": true}} | canary.on",
        "{\"format\": 1, \"rings\": {\"r\": {\"user\": []}}} | rings.r.user",
        "{\"format\": 1, \"policy\": {\"one\": true}} | policy.one",
        "{\"format\": 1, \"policy\": {\"blackouts\": [{}]}} | policy.blackouts[0].name",
      })
  void document_thatIsWrong_isRefusedWithTheField(String document, String field) {
    served.put("/import", document).isProblem(400, field);
    served.put("/import?dry_run=true", document).isProblem(400, field);
    assertThat(served.revision()).isZero();
  }

  @Test
  void query_thatMakesNoSense_isRefused() {
    served.put("/import?dry_run=yes", "{\"format\": 1}").isProblem(400, "dry_run");
    served.put("/import?replace=1", "{\"format\": 1}").isProblem(400, "replace");
  }

  @Test
  void fullEnvironment_takesStops_ofNamesThatAreNoneToo() {
    StringBuilder flags = new StringBuilder();
    for (int i = 0; i < SnapshotCodec.MAX_FLAGS; i++) {
      flags.append(i == 0 ? "" : ",").append("{\"name\": \"f").append(i).append("\"}");
    }
    imported("", flags(flags.toString()));
    served.put("/feature-flags/one-more", "{}").isProblem(409, null);
    JsonNode answer =
        served
            .post(
                "/feature-flags/bulk-update",
                "[{\"name\": \"f7\", \"enabled\": false}, {\"name\": \"f-7\", \"enabled\": false}]")
            .is(200)
            .json();
    assertThat(answer.get("warnings").toString()).contains("no flag f-7");
    assertThat(served.flag("f7").get("enabled").booleanValue()).isFalse();
  }
}
