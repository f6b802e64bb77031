package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the import command says and does, against a real server. */
final class ImportCommandTest extends ServedTest {
  private static final String FLAGD =
      """
      {"flags": {
        "tenth": {"state": "ENABLED", "variants": {"yes": true, "no": false},
          "defaultVariant": "no", "targeting": {"fractional": [["yes", 10], ["no", 90]]}},
        "gone": {"state": "DISABLED", "variants": {"yes": true, "no": false},
          "defaultVariant": "yes"},
        "ruled": {"state": "ENABLED", "variants": {"yes": true, "no": false},
          "defaultVariant": "no", "targeting": {"if": [true, "yes", "no"]}}}}
      """;

  private CommandRun imported(String product, String content, String... more) throws IOException {
    Files.writeString(directory.resolve("export.json"), content);
    return run(CommandRun.words("import " + product + " export.json", more));
  }

  private JsonNode flags() {
    return json("get", "--json").path("flags");
  }

  @Test
  void import_createsWhatItCan_andTellsWhatNot() throws Exception {
    CommandRun run = imported("flagd", FLAGD);

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.out())
        .contains("tenth created: enabled, 10 %")
        .contains("gone created: disabled, 100 %")
        .contains("ruled refused: it has targeting other than one \"fractional\"")
        .endsWith("2 created, 0 there already, 1 refused" + System.lineSeparator());
    assertThat(run("get", "tenth").out()).contains("flagd_ratio");
    assertThat(run("get", "ruled").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void import_asJson_hasEachFlag() throws Exception {
    CommandRun run = imported("flagd", FLAGD, "--json");
    JsonNode report = run.json();

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(report.path("created").size()).isEqualTo(2);
    assertThat(report.path("refused").get(0).path("name").asString()).isEqualTo("ruled");
    assertThat(report.path("revision").asInt()).isEqualTo(1);
  }

  @Test
  void import_isOneRevision() throws Exception {
    imported("flagd", FLAGD);
    flags().forEach(flag -> assertThat(flag.path("revision").asInt()).isEqualTo(1));
    assertThat(flags().size()).isEqualTo(2);
  }

  @Test
  void dryRun_createsNothing_andAsksNoServer() throws Exception {
    Files.writeString(directory.resolve("export.json"), FLAGD);
    CommandRun run =
        run("import", "flagd", "export.json", "--dry-run", "--url", "http://127.0.0.1:9");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.out()).contains("tenth would be created: enabled, 10 %");
    assertThat(flags().isEmpty()).isTrue();
  }

  @Test
  void import_again_changesNothing() throws Exception {
    imported("flagd", FLAGD);
    CommandRun run = imported("flagd", FLAGD, "--json");

    assertThat(run.json().path("unchanged").size()).isEqualTo(2);
    assertThat(run.json().path("created").isEmpty()).isTrue();
  }

  @Test
  void import_overAnotherFlag_isRefused() throws Exception {
    run("set", "tenth", "percentage=50");
    CommandRun run = imported("flagd", FLAGD);

    assertThat(run.out()).contains("tenth refused: there is a flag of that name");
    assertThat(run("get", "tenth").out()).contains("50 %");
  }

  @Test
  void import_withNothingRefused_isDone() throws Exception {
    CommandRun run = imported("launchdarkly", "{\"flagValues\": {\"a\": true, \"b\": \"blue\"}}");

    assertThat(run.assertDone().out())
        .contains("a created: enabled, 100 %")
        .contains("who is on gets: blue 100 %");
  }

  @Test
  void usersByName_needCanaryMode() throws Exception {
    String export =
        """
        {"features": [{"name": "f", "enabled": true, "strategies": [
          {"name": "userWithId", "parameters": {"userIds": "a, b"}}]}]}
        """;
    assertThat(imported("unleash", export).out()).contains("f refused: ").contains("canary mode");

    run("canary", "on");
    assertThat(imported("unleash", export).exitCode()).isZero();
    assertThat(run("explain", "f", "--user", "b").out()).contains("f is on");
    assertThat(run("explain", "f", "--user", "c").out()).contains("off for this caller");
  }

  @Test
  void file_thatIsNoExport_isNamed() throws Exception {
    assertThat(imported("flagd", "{").err()).contains("export.json is no JSON");
    assertThat(imported("flagd", "{}").err()).contains("export.json is no export of flagd");
    assertThat(imported("unleash", "{}").err()).contains("no list \"features\"");
    assertThat(imported("launchdarkly", "[]").exitCode()).isEqualTo(ExitCode.REFUSED);
    CommandRun missing = run("import", "flagd", "none.json");
    assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(missing.err()).contains("cannot read none.json");
    assertThat(imported("togglz", "{}").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(imported("flagd", FLAGD, "--flagd-bucketing", "x").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }
}
