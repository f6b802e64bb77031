package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code turnout export} and {@code turnout import turnout}, from one server to another. */
final class ExportTest {
  @TempDir Path directory;
  private ControlServer server;
  private ControlServer other;

  @BeforeEach
  void start() throws IOException {
    server = started("turnout-data");
    other = started("other-data");
  }

  private ControlServer started(String data) throws IOException {
    return ControlServer.start(
        new ControlServer.Settings("127.0.0.1", 0, directory.resolve(data), "default"));
  }

  @AfterEach
  void stop() {
    server.close();
    other.close();
  }

  private CommandRun run(String... words) {
    return at(server, "turnout-data", words);
  }

  private CommandRun there(String... words) {
    return at(other, "other-data", words);
  }

  private CommandRun at(ControlServer which, String data, String... words) {
    String[] all = new String[words.length + 4];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--url";
    all[words.length + 1] = which.url();
    all[words.length + 2] = "--token-file";
    all[words.length + 3] = data + "/admin.token";
    return CommandRun.in(directory, all);
  }

  private static void assertDone(CommandRun run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  @Test
  void export_isImportedAsItIs() throws Exception {
    assertDone(run("set", "a", "percentage=25", "description=a test"));
    assertDone(run("set", "b", "percentage=100", "dependencies=a"));
    assertDone(run("kill", "b", "--reason", "fire"));
    assertDone(run("canary-add", "u"));

    CommandRun export = run("export", "env.json");

    assertDone(export);
    assertThat(export.out()).isEqualTo("2 flags of default, revision 4, in env.json\n");
    assertThat(Files.readString(directory.resolve("env.json"))).isEqualTo(run("export").out());
    CommandRun dry = there("import", "turnout", "env.json", "--dry-run");
    assertDone(dry);
    assertThat(dry.out())
        .contains("a would be created", "2 would be created, 0 changed, 0 removed, 0 the same");
    assertThat(there("get", "a").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertDone(there("import", "turnout", "env.json", "--reason", "moving"));
    assertThat(there("get", "b").out()).contains("killed").contains("fire");
    JsonNode here = ControlApi.json().readTree(run("export").out());
    JsonNode copy = ControlApi.json().readTree(there("export").out());
    for (String field : new String[] {"flags", "canary", "rings", "policy", "format"}) {
      assertThat(copy.path(field)).as(field).isEqualTo(here.path(field));
    }
  }

  @Test
  void import_saysWhatItChanged_andWhatItKept() throws Exception {
    assertDone(run("set", "a", "percentage=25"));
    assertDone(run("export", "env.json"));
    assertDone(run("set", "a", "percentage=10"));
    assertDone(run("kill", "a"));
    assertDone(run("set", "gone", "percentage=1"));

    CommandRun run = run("import", "turnout", "env.json", "--replace");

    assertDone(run);
    assertThat(run.out())
        .contains("a changed:", "  percentage: 10 -> 25")
        .contains("gone removed")
        .contains("a is stopped and stays so, until 'reset'")
        .contains("0 created, 1 changed, 1 removed, 0 the same");
  }

  @Test
  void refusal_isTold_byADryRunToo() throws Exception {
    assertDone(run("set", "a", "ladder=1,100", "percentage=1"));
    assertDone(run("export", "env.json"));
    String text = Files.readString(directory.resolve("env.json"));
    Files.writeString(
        directory.resolve("env.json"),
        text.replaceFirst("\"percentage\" : 1,", "\"percentage\" : 50,"));
    assertDone(run("set", "a", "percentage=0"));

    CommandRun dry = run("import", "turnout", "env.json", "--dry-run");

    assertThat(dry.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(dry.err()).contains("it would be refused: a is at 0 %");
    CommandRun refused = run("import", "turnout", "env.json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err()).contains("--override ladder --reason TEXT");
    assertDone(
        run("import", "turnout", "env.json", "--override", "ladder", "--reason", "load test"));
  }

  @Test
  void file_thatIsWrong_isNamedWithTheField() throws Exception {
    Files.writeString(
        directory.resolve("env.json"),
        "{\"format\": 1, \"flags\": [{\"name\": \"a\", \"percent\": 5}]}");
    CommandRun run = run("import", "turnout", "env.json");
    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("flags[0].percent: is not a known field");
    Files.writeString(directory.resolve("env.json"), "{");
    assertThat(run("import", "turnout", "env.json").err()).contains("env.json is no JSON");
    assertThat(run("import", "turnout", "none.json").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void json_isTheServersAnswer() throws Exception {
    assertDone(run("set", "a", "percentage=25"));
    CommandRun export = run("export", "env.json", "--json");
    assertThat(ControlApi.json().readTree(export.out()).path("flags").asInt(0)).isEqualTo(1);
    CommandRun run = there("import", "turnout", "env.json", "--json");
    assertThat(ControlApi.json().readTree(run.out()).path("revision").asInt(0)).isEqualTo(1);
  }
}
