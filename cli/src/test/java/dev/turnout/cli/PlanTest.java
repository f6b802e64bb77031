package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code turnout plan} and {@code turnout experiment} against the server they are for. */
final class PlanTest extends ServedTest {
  @BeforeEach
  void makeTheFlag() {
    done("set", "x", "enabled=true");
  }

  @Test
  void plan_isSetAndTakenOn() {
    assertThat(done("plan", "list")).contains("nothing is planned");
    assertThat(done("plan", "set", "x", "--stages", "1,10%,100", "--hold", "0s", "--manual"))
        .contains("x: pending, goes on when told")
        .containsPattern("2 +10 % +0s +200");
    assertThat(done("plan", "start", "x")).contains("x: running, stage 1 of 3");
    assertThat(done("plan", "advance", "x")).containsPattern("> +2 +10 %");
    assertThat(done("get", "x")).contains("10 %");
    assertThat(done("plan", "pause", "x", "--reason", "lunch"))
        .contains("x: paused, stage 2 of 3", "paused by admin");
    assertThat(run("plan", "advance", "x").exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(done("plan", "resume", "x")).contains("running");
    assertThat(done("plan", "list")).startsWith("x: running, stage 2 of 3");
    assertThat(done("plan", "rollback", "x")).contains("x: rolled back", "rolled back by admin");
    assertThat(done("get", "x")).contains("disabled", "0 %");
    done("plan", "delete", "x");
    assertThat(run("plan", "show", "x").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void holdThatIsNotOver_isOverridden() {
    done("plan", "set", "x", "--stages", "1,10", "--hold", "24h");
    done("plan", "start", "x");
    CommandRun early = run("plan", "advance", "x");
    assertThat(early.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(early.err()).contains("--override hold --reason TEXT");
    done("plan", "advance", "x", "--override", "hold", "--reason", "quiet");
  }

  @Test
  void planFromAFile() throws IOException {
    Files.writeString(
        directory.resolve("plan.json"),
        "{\"stages\": [{\"rings\": {\"internal\": 100, \"ga\": 0}, \"hold\": \"48h\"}]}");
    assertThat(done("plan", "set", "x", "--file", "plan.json")).contains("internal 100 %");
    Files.writeString(directory.resolve("plan.json"), "{\"stages\": [");
    assertThat(run("plan", "set", "x", "--file", "plan.json").err()).contains("is not JSON");
    Files.writeString(directory.resolve("plan.json"), "[]");
    assertThat(run("plan", "set", "x", "--file", "plan.json").err()).contains("no JSON object");
    assertThat(run("plan", "set", "x", "--file", "nowhere").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void wrongUsage_saysWhatWouldBeRight() {
    assertThat(run("plan", "set", "x").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("plan", "set", "x", "--stages", "1,ten").err()).contains("0 to 100");
    assertThat(run("plan", "set", "x", "--file", "f", "--hold", "1h").err())
        .contains("said in the file");
    assertThat(run("plan", "set", "x", "--stages", "1", "--hold", "soon").err())
        .contains("stages[0].hold");
  }

  @Test
  void experiment_showsWhatCameOfIt() {
    assertThat(done("experiment")).contains("there are no experiments");
    assertThat(run("experiment", "x").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }
}
