package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code turnout token} and {@code turnout audit} against the server they are for. */
final class TokenAndAuditTest extends ServedTest {
  private void assertOpens(String file) {
    done("status", "--token-file", file);
  }

  @Test
  void create_printsTheSecretAndNothingElseOnTheOutput() throws Exception {
    CommandRun run =
        run("token", "create", "ann", "--kind", "viewer", "--expires", "90d").assertDone();
    assertThat(run.out().strip()).hasSize(43).doesNotContain(" ");
    assertThat(run.err())
        .startsWith("token ann of kind viewer, until ")
        .contains("not shown again");
    Files.writeString(directory.resolve("ann.token"), run.out());
    assertOpens("ann.token");
  }

  @Test
  void create_intoAFile_isForItsOwnerOnly_andNotPrinted() throws Exception {
    CommandRun run =
        run("token", "create", "ann", "--kind", "viewer", "--out", "ann.token").assertDone();
    String secret = Files.readString(directory.resolve("ann.token")).strip();
    assertThat(run.out() + run.err()).doesNotContain(secret);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("ann.token"))))
        .isEqualTo("rw-------");
    assertOpens("ann.token");
  }

  @Test
  void create_asJson() {
    JsonNode printed = json("token", "create", "ann", "--kind", "viewer", "--json");
    assertThat(printed.get("secret").stringValue()).hasSize(43);
    JsonNode kept = json("token", "create", "b", "--kind", "viewer", "--json", "--out", "b.token");
    assertThat(kept.has("secret")).isFalse();
    assertThat(kept.get("file").stringValue()).isEqualTo("b.token");
  }

  @Test
  void create_intoNoFolder_issuesNothing() {
    CommandRun run = run("token", "create", "ann", "--kind", "viewer", "--out", "no/ann.token");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--out: cannot write ");
    assertThat(done("token", "list")).doesNotContain("ann");
  }

  @Test
  void create_whatCannotBe_isRefusedInWords() {
    assertThat(run("token", "create", "a b", "--kind", "viewer").exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("token", "create", "a").err()).contains("--kind");
    assertThat(run("token", "create", "a", "--kind", "root").err())
        .contains("kind: must be one of");
    assertThat(run("token", "create", "a", "--kind", "agent").err())
        .contains("service: must be given");
    assertThat(run("token", "create", "a", "--kind", "viewer", "--expires", "soon").err())
        .contains("expires_in: must be a length of time");
    assertThat(run("token", "create", "admin", "--kind", "viewer").exitCode())
        .isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void list_showsKindServiceAndEnd() {
    done("token", "create", "g", "--kind", "agent", "--service", "game", "--out", "g.token");
    assertThat(done("token", "list").lines().map(line -> line.replaceAll(" +", " ")))
        .first()
        .isEqualTo("NAME KIND SERVICE STATE CREATED EXPIRES PREVIOUS UNTIL");
    assertThat(done("token", "list").replaceAll(" +", " "))
        .contains("g agent game open 20")
        .contains("admin admin - open 20")
        .contains(" never -\n");
    assertThat(json("token", "list", "--json").get("tokens")).hasSize(3);
  }

  @Test
  void rotate_keepsTheOldSecretForTheOverlap() {
    done("token", "create", "ann", "--kind", "viewer", "--out", "1.token");
    assertThat(run("token", "rotate", "ann", "--out", "2.token").assertDone().err())
        .contains("the one before opens until ");
    assertOpens("1.token");
    assertOpens("2.token");
    done("token", "rotate", "ann", "--overlap", "0s", "--out", "3.token");
    assertOpens("3.token");
    assertThat(run("status", "--token-file", "1.token").exitCode())
        .isEqualTo(ExitCode.NOT_AUTHORISED);
  }

  @Test
  void revoke_ends() {
    done("token", "create", "ann", "--kind", "admin", "--out", "ann.token");
    assertThat(done("token", "revoke", "ann", "--reason", "left us"))
        .isEqualTo("ann is revoked" + System.lineSeparator());
    assertThat(run("status", "--token-file", "ann.token").exitCode())
        .isEqualTo(ExitCode.NOT_AUTHORISED);
    assertThat(run("token", "revoke", "ann").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run("token", "revoke", "admin").err()).contains("last admin token");
  }

  @Test
  void audit_isFilteredAndPaged() {
    done("set", "x", "percentage=10");
    done("kill", "x", "--reason", "errors\nrow 9 is forged");
    done("token", "create", "ann", "--kind", "viewer", "--out", "ann.token");

    List<String> all = done("audit").lines().toList();
    assertThat(all.get(0).replaceAll(" +", " ").strip())
        .isEqualTo("NUMBER TIME WHO ACTION FLAG OVERRIDES WHY");
    assertThat(all.get(1)).contains("admin", "create-token", "token ann");
    assertThat(all.get(2)).contains("kill", "errors row 9 is forged");
    assertThat(all).hasSize(6);

    assertThat(done("audit", "--flag", "x", "--action", "kill", "--since", "1h").lines())
        .hasSize(2);
    assertThat(done("audit", "--actor", "(server)").lines()).hasSize(3);
    assertThat(done("audit", "--limit", "2")).contains("There are older ones: --before 4; ");
    assertThat(done("audit", "--limit", "2", "--before", "4").lines()).hasSize(4);
    assertThat(json("audit", "--flag", "x", "--json").get("entries")).hasSize(2);
    assertThat(run("audit", "--since", "soon").err()).contains("since: must be a time");
  }

  @Test
  void verify_whole_byTheServerAndByTheFile() {
    done("set", "x", "percentage=10");
    String asked = done("audit", "verify");
    assertThat(asked).startsWith("the audit is whole: 3 entries").contains("head 3:");
    assertThat(done("audit", "verify", "--data", "turnout-data")).isEqualTo(asked);
    server.close();
    assertThat(run("audit", "verify", "--data", "turnout-data").out()).isEqualTo(asked);
  }

  @Test
  void verify_altered_namesTheRow_andExitsSo() throws Exception {
    done("set", "x", "percentage=10");
    String head = json("audit", "verify", "--json").get("head").stringValue();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + directory.resolve("turnout-data/turnout.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TRIGGER audit_log_keeps_words");
      statement.execute("UPDATE audit_log SET reason = 'fine' WHERE seq = 2");
    }
    CommandRun asked = run("audit", "verify");
    assertThat(asked.exitCode()).isEqualTo(ExitCode.NOT_WHOLE);
    assertThat(asked.out()).startsWith("row 2 is altered: ").contains("whole up to 1:");
    CommandRun read = run("audit", "verify", "--data", "turnout-data", "--json", "--expect", head);
    assertThat(read.exitCode()).isEqualTo(ExitCode.NOT_WHOLE);
    assertThat(read.json().get("broken").get("seq").longValue()).isEqualTo(2);
  }

  @Test
  void verify_whatIsNotThere_saysSo() {
    CommandRun run = run("audit", "verify", "--data", "elsewhere");
    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("there is no ").contains("elsewhere");
    assertThat(run("audit", "verify", "--data", "turnout-data", "--expect", "3:abc").exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(run("audit", "verify", "--expect", "9:" + "0".repeat(64)).exitCode())
        .isEqualTo(ExitCode.NOT_WHOLE);
  }
}
