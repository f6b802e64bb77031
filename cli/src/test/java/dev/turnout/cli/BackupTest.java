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

/** {@code turnout server backup} and {@code restore}. */
final class BackupTest {
  @TempDir Path directory;
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        ControlServer.start(
            new ControlServer.Settings(
                "127.0.0.1", 0, directory.resolve("turnout-data"), "default"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CommandRun run(String... words) {
    return CommandRun.in(directory, words);
  }

  private void assertFails(int exitCode, String message, String... words) {
    CommandRun run = run(words);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err()).startsWith("turnout: ").contains(message);
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void backup_andRestore_sayWhatTheyDid() throws Exception {
    run("set", "f", "percentage=10", "--url", server.url());

    CommandRun backup = run("server", "backup", "copy.db");

    assertThat(backup.exitCode()).as(backup.err()).isZero();
    assertThat(backup.out())
        .startsWith("copy.db has 1 flags, epoch 1, revision 1, 3 entries of the audit")
        .containsPattern("head 3:[0-9a-f]{64}");
    assertFails(ExitCode.REFUSED, "is there already", "server", "backup", "copy.db");
    assertFails(
        ExitCode.REFUSED, "another control server is running", "server", "restore", "copy.db");
    server.close();
    String head = backup.out().lines().toList().get(1).substring("head ".length());

    CommandRun restore = run("server", "restore", "copy.db", "--expect", head);

    assertThat(restore.exitCode()).as(restore.err()).isZero();
    assertThat(restore.out())
        .startsWith("restored: 1 flags, epoch 2, revision 2, 4 entries of the audit")
        .contains("what was there before is ", "turnout.db.before-")
        .contains("its agents follow");
    assertThat(run("audit", "verify", "--data", "turnout-data").exitCode()).isZero();
  }

  @Test
  void json_isWhatIsInIt() {
    CommandRun backup = run("server", "backup", "copy.db", "--json");
    JsonNode json = ControlApi.json().readTree(backup.out());
    assertThat(json.path("audit").path("whole").asBoolean(false)).isTrue();
    assertThat(json.path("file").asString("")).endsWith("copy.db");
    server.close();
    json = ControlApi.json().readTree(run("server", "restore", "copy.db", "--json").out());
    assertThat(json.path("epoch").asInt(0)).isEqualTo(2);
    assertThat(json.path("kept").asString("")).contains("turnout.db.before-");
  }

  @Test
  void restore_ofWhatIsNotExpected_isNotWhole() throws Exception {
    run("server", "backup", "copy.db");
    server.close();
    byte[] before = Files.readAllBytes(directory.resolve("turnout-data/turnout.db"));
    assertFails(
        ExitCode.NOT_WHOLE,
        "nothing was restored",
        "server",
        "restore",
        "copy.db",
        "--expect",
        "1:" + "0".repeat(64));
    assertFails(ExitCode.USAGE, "--expect", "server", "restore", "copy.db", "--expect", "nothing");
    assertFails(ExitCode.REFUSED, "there is no file", "server", "restore", "none.db");
    assertThat(Files.readAllBytes(directory.resolve("turnout-data/turnout.db"))).isEqualTo(before);
  }

  @Test
  void backup_ofWhatIsNotThere_isRefused() {
    assertFails(ExitCode.REFUSED, "pg_dump", "server", "backup", "copy.db", "--data", "other-data");
  }
}
