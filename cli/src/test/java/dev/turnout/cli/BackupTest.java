package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code turnout server backup} and {@code restore}. */
final class BackupTest extends ServedTest {
  @Test
  void backup_andRestore_sayWhatTheyDid() throws Exception {
    done("set", "f", "percentage=10");

    String backup = done("server", "backup", "copy.db");

    assertThat(backup)
        .startsWith("copy.db has 1 flags, epoch 1, revision 1, 3 entries of the audit")
        .containsPattern("head 3:[0-9a-f]{64}");
    run("server", "backup", "copy.db").assertFails(ExitCode.REFUSED, "is there already");
    run("server", "restore", "copy.db")
        .assertFails(ExitCode.REFUSED, "another control server is running");
    server.close();
    String head = backup.lines().toList().get(1).substring("head ".length());

    assertThat(done("server", "restore", "copy.db", "--expect", head))
        .startsWith("restored: 1 flags, epoch 2, revision 2, 4 entries of the audit")
        .contains("what was there before is ", "turnout.db.before-")
        .contains("its agents follow");
    assertThat(run("audit", "verify", "--data", "turnout-data").exitCode()).isZero();
  }

  @Test
  void json_isWhatIsInIt() {
    JsonNode json = json("server", "backup", "copy.db", "--json");
    assertThat(json.path("audit").path("whole").asBoolean(false)).isTrue();
    assertThat(json.path("file").asString("")).endsWith("copy.db");
    server.close();
    json = json("server", "restore", "copy.db", "--json");
    assertThat(json.path("epoch").asInt(0)).isEqualTo(2);
    assertThat(json.path("kept").asString("")).contains("turnout.db.before-");
  }

  @Test
  void restore_ofWhatIsNotExpected_isNotWhole() throws Exception {
    run("server", "backup", "copy.db");
    server.close();
    byte[] before = Files.readAllBytes(directory.resolve("turnout-data/turnout.db"));
    run("server", "restore", "copy.db", "--expect", "1:" + "0".repeat(64))
        .assertFails(ExitCode.NOT_WHOLE, "nothing was restored");
    run("server", "restore", "copy.db", "--expect", "nothing")
        .assertFails(ExitCode.USAGE, "--expect");
    run("server", "restore", "none.db").assertFails(ExitCode.REFUSED, "there is no file");
    assertThat(Files.readAllBytes(directory.resolve("turnout-data/turnout.db"))).isEqualTo(before);
  }

  @Test
  void backup_ofWhatIsNotThere_isRefused() {
    run("server", "backup", "copy.db", "--data", "other-data")
        .assertFails(ExitCode.REFUSED, "pg_dump");
  }
}
