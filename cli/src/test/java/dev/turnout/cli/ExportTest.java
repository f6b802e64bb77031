package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code turnout export} and {@code turnout import turnout}, from one server to another. */
final class ExportTest extends ServedTest {
  private ControlServer other;

  @BeforeEach
  void startOther() throws IOException {
    other = started("other-data", "default", 0);
  }

  @AfterEach
  void stopOther() {
    other.close();
  }

  private CommandRun there(String... words) {
    return CommandRun.in(
        directory,
        Map.of("TURNOUT_URL", other.url(), "TURNOUT_TOKEN_FILE", "other-data/admin.token"),
        words);
  }

  @Test
  void export_isImportedAsItIs() throws Exception {
    done("set", "a", "percentage=25", "description=a test");
    done("set", "b", "percentage=100", "dependencies=a");
    done("kill", "b", "--reason", "fire");
    done("canary-add", "u");

    assertThat(done("export", "env.json"))
        .isEqualTo("2 flags of default, revision 4, in env.json\n");
    assertThat(Files.readString(directory.resolve("env.json"))).isEqualTo(run("export").out());
    assertThat(there("import", "turnout", "env.json", "--dry-run").assertDone().out())
        .contains("a would be created", "2 would be created, 0 changed, 0 removed, 0 the same");
    assertThat(there("get", "a").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    there("import", "turnout", "env.json", "--reason", "moving").assertDone();
    assertThat(there("get", "b").out()).contains("killed").contains("fire");
    JsonNode here = json("export");
    JsonNode copy = there("export").json();
    for (String field : new String[] {"flags", "canary", "rings", "policy", "format"}) {
      assertThat(copy.path(field)).as(field).isEqualTo(here.path(field));
    }
  }

  @Test
  void import_saysWhatItChanged_andWhatItKept() throws Exception {
    done("set", "a", "percentage=25");
    done("export", "env.json");
    done("set", "a", "percentage=10");
    done("kill", "a");
    done("set", "gone", "percentage=1");

    assertThat(done("import", "turnout", "env.json", "--replace"))
        .contains("a changed:", "  percentage: 10 -> 25")
        .contains("gone removed")
        .contains("a is stopped and stays so, until 'reset'")
        .contains("0 created, 1 changed, 1 removed, 0 the same");
  }

  @Test
  void refusal_isTold_byADryRunToo() throws Exception {
    done("set", "a", "ladder=1,100", "percentage=1");
    done("export", "env.json");
    String text = Files.readString(directory.resolve("env.json"));
    Files.writeString(
        directory.resolve("env.json"),
        text.replaceFirst("\"percentage\" : 1,", "\"percentage\" : 50,"));
    done("set", "a", "percentage=0");

    CommandRun dry = run("import", "turnout", "env.json", "--dry-run");

    assertThat(dry.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(dry.err()).contains("it would be refused: a is at 0 %");
    CommandRun refused = run("import", "turnout", "env.json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err()).contains("--override ladder --reason TEXT");
    done("import", "turnout", "env.json", "--override", "ladder", "--reason", "load test");
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
    done("set", "a", "percentage=25");
    JsonNode export = json("export", "env.json", "--json");
    assertThat(export.path("flags").asInt(0)).isEqualTo(1);
    JsonNode imported = there("import", "turnout", "env.json", "--json").json();
    assertThat(imported.path("revision").asInt(0)).isEqualTo(1);
  }
}
