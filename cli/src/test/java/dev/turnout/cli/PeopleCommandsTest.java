package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Refusals and how to go against them, the emergency, and what two paths did. */
final class PeopleCommandsTest extends ServedTest {
  private JsonNode lastAudit() {
    return json("audit", "--limit", "1", "--json").path("entries").get(0);
  }

  private long revision() {
    return json("status", "--json").path("revision").asLong(-1);
  }

  @Test
  void refusal_namesTheOverride_andTheOverrideIsAudited() throws Exception {
    done("set", "f", "ladder=1,5,25,100", "percentage=1");
    assertThat(done("get", "f")).contains("ladder          1, 5, 25, 100 %");

    CommandRun refused = run("rollout", "f", "50");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err())
        .contains("the next step of its ladder is 5 %")
        .endsWith(
            System.lineSeparator()
                + "  With this command: --override ladder --reason TEXT"
                + System.lineSeparator());
    assertThat(run("rollout", "f", "50", "--override", "ladder").err()).contains("reason");
    done("rollout", "f", "50", "--override", "ladder,frozen", "--reason", "it's tested");
    assertThat(lastAudit().path("reason").asString("")).isEqualTo("it's tested");
    assertThat(lastAudit().path("overrides").toString()).isEqualTo("[\"ladder\"]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set f percentage=1",
        "rollout f 1",
        "toggle f off",
        "freeze f",
        "unfreeze g",
        "kill f",
        "reset f",
        "canary on --override frozen",
        "canary-add u",
        "canary-remove v",
        "policy one-rollout off",
        "policy blackout-add x --from 01:00 --to 02:00",
        "rollback --flags f",
      })
  void reason_isAudited(String words) throws Exception {
    done("set", "f", "percentage=2");
    done("set", "g", "frozen=true");
    done("canary-add", "v");

    done(CommandRun.words(words, "--reason", "why & \"ünter\" which=terms"));

    assertThat(lastAudit().path("reason").asString("")).isEqualTo("why & \"ünter\" which=terms");
  }

  @Test
  void textsOfOthers_neitherCommandTheTerminal_norPassForLinesOfOurs() {
    String evil = "\u001b[2J\u009b31m\u202e\nf is killed";
    done("set", "f", "percentage=1", "description=" + evil, "--reason", evil);
    done("kill", "f", "--reason", evil);
    for (String words : List.of("get f", "get", "status", "audit", "explain f u", "compare f")) {
      CommandRun run = run(words.split(" "));
      assertThat(run.out() + run.err())
          .as(words)
          .doesNotContain("\u001b", "\u009b", "\u202e", "\nf is killed");
    }
    assertThat(json("get", "f", "--json").path("description").stringValue()).isEqualTo(evil);
  }

  @Test
  void fraction_setsThePercentage() {
    assertThat(done("set", "tenants=0.1")).startsWith("tenants is enabled, 10 %");
    assertThat(done("set", "tenants=0.33333", "description=a third")).contains("33.333 %");
    assertThat(done("set", "tenants=1.0")).contains(" 100 %");
    assertThat(done("set", "tenants=0")).contains(" 0 %");
    assertThat(done("set", "tenants=.5", "strategy=ring")).contains("its strategy is ring");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "10", "1.5", "10%", "-0.1", "0.333333", "", "0,1", "NaN"})
  void fraction_thatCouldBeMistaken_isWrongUsage(String text) {
    CommandRun run = run("set", "tenants=" + text);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("NAME=FRACTION must");
    assertThat(run("get", "tenants").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void policy_comesAndGoes() {
    assertThat(done("policy")).contains("one flag at a time", "no blackouts");
    assertThat(
            done(
                "policy",
                "blackout-add",
                "nights",
                "--days",
                "mon,fri",
                "--from",
                "18:00",
                "--to",
                "08:00",
                "--zone",
                "Europe/Berlin"))
        .contains("  nights: mon, fri from 18:00 to 08:00, Europe/Berlin");
    assertThat(
            done(
                "policy",
                "blackout-add",
                "launch",
                "--from",
                "2020-01-01T00:00:00Z",
                "--until",
                "2120-01-01T00:00:00Z"))
        .contains("nights", "  launch: 2020-01-01T00:00:00Z until 2120-01-01T00:00:00Z");
    assertThat(run("set", "f", "percentage=5").err()).contains("--override blackout --reason TEXT");
    assertThat(done("policy", "one-rollout", "off")).contains("several flags");
    assertThat(done("policy", "blackout-remove", "launch"))
        .contains("nights", "several flags")
        .doesNotContain("launch");
    assertThat(run("policy", "blackout-remove", "launch").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from 18:00 | --to, every week, or --until, once",
        "--from 18:00 --to 19:00 --until 2120-01-01T00:00:00Z | --to, every week, or --until",
        "--from 2020-01-01T00:00:00Z --until 2120-01-01T00:00:00Z --days mon | does not go with",
      })
  void policy_blackoutWithoutSense_isWrongUsage(String options, String message) {
    CommandRun run = run(CommandRun.words("policy blackout-add x " + options));

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(message);
  }

  @Test
  void rollback_isOneEdit_andSaysWhatItDid() throws Exception {
    done("set", "a", "percentage=25");
    done("set", "b", "percentage=50");
    done("set", "c", "enabled=off");
    long revision = revision();

    assertThat(done("rollback", "--all", "--yes"))
        .contains("a is disabled; it was enabled, 25 %", "b is disabled; it was enabled, 50 %")
        .contains("c was disabled before", "2 flags disabled (revision " + (revision + 1) + ")");
    assertThat(revision()).isEqualTo(revision + 1);
    assertThat(done("rollback", "--all", "--yes")).contains("nothing was on");
  }

  @Test
  void rollback_misspeltFlag_keepsNoneOfTheOthersOn() {
    done("set", "a", "percentage=25");

    CommandRun run = run("rollback", "--flags", "misspelt, ../x,, a");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("there is no flag misspelt", "there is no flag ../x");
    assertThat(done("get", "a")).contains("enabled         no");
    assertThat(run("get", "misspelt").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void rollback_whileTheServerAnswersNoQuestions_stops() throws Exception {
    done("set", "a", "percentage=25");
    List<Socket> askers = new ArrayList<>();
    try {
      for (int i = 0; i < 120; i++) {
        askers.add(slowAsker());
      }
      await("questions are not answered")
          .atMost(Duration.ofSeconds(4))
          .until(() -> run("get", "a").err().contains("(503)"));

      assertThat(done("rollback", "--flags", "a", "--reason", "fire"))
          .contains("a is disabled; it was enabled, 25 %");
      assertThat(done("rollback", "--all", "--yes")).contains("a was disabled before");
    } finally {
      for (Socket asker : askers) {
        asker.close();
      }
    }
  }

  // Has a question that never comes to its end.
  private Socket slowAsker() throws IOException {
    URI url = URI.create(server.url());
    Socket socket = new Socket(url.getHost(), url.getPort());
    String head =
        "POST /feature-flags/evaluate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
            + "Content-Length: 100\r\n\r\n{";
    socket
        .getOutputStream()
        .write(head.formatted(token("admin")).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void rollback_ofNothingNamed_isWrongUsage() {
    assertThat(run("rollback").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("rollback", "--flags", ", ,").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("rollback", "--all", "--flags", "a").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  /** On a terminal, with what a person types. */
  private CommandRun typed(String typed, String... words) {
    Keyboard keyboard =
        Keyboard.of(new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII)));
    return terminal().with(keyboard).withScreen(true).run(words);
  }

  @Test
  void rollback_ofAll_asksOnATerminal_andOnlyThere() {
    done("set", "a", "percentage=25");

    CommandRun declined = typed("n\n", "rollback", "--all");

    assertThat(declined.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(declined.err())
        .contains("Disable every flag of the environment? [y/N]", "nothing was changed");
    assertThat(done("get", "a")).contains("enabled         yes");
    assertThat(typed("yes\n", "rollback", "--all").exitCode()).isZero();
    assertThat(done("get", "a")).contains("enabled         no");
  }

  @Test
  void rollback_withYes_orOfNamedFlags_asksNothing() {
    done("set", "a", "percentage=25");
    assertThat(typed("", "rollback", "--flags", "a").err()).isEmpty();
    done("toggle", "a", "on");
    assertThat(typed("", "rollback", "--all", "--yes").err()).isEmpty();
    assertThat(done("get", "a")).contains("enabled         no");
  }

  @Test
  void rollback_frozenAndInABlackout_isNotRefused() {
    done("set", "a", "percentage=25", "frozen=true");
    done("policy", "blackout-add", "always", "--from", "00:00", "--to", "00:00");

    assertThat(done("rollback", "--flags", "a")).contains("1 flag disabled");
  }

  private void report(String instance, long newCalls, long errors, long fallbackCalls)
      throws Exception {
    String body =
        """
        {"service":"game","instance":"%s","region":"","labels":{},"boot_id":"b-%s","sequence":1,
         "agent_version":"1","epoch":1,"revision":1,"gates":[],"trips":[],"counts":[
         {"flag":"f","flag_revision":1,"ring":"ga","path":"new","variant":"on","calls":%d,
          "errors":%d,"consecutive_errors":0,"latency":{"sum_nanos":0,"buckets":{}}},
         {"flag":"f","flag_revision":1,"ring":"ga","path":"fallback","variant":"off","calls":%d,
          "errors":0,"consecutive_errors":0,"latency":{"sum_nanos":0,"buckets":{}}}]}
        """
            .formatted(instance, instance, newCalls, errors, fallbackCalls);
    HttpResponse<String> answer =
        send(
            token("agent"),
            HttpRequest.newBuilder(URI.create(server.url() + "/agent/v1/reports"))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  @Test
  void compare_showsBothPaths_perInstanceAndTogether() throws Exception {
    done("set", "f", "percentage=10");
    assertThat(done("compare", "f")).contains("nothing to compare yet");
    report("game-1", 100, 10, 900);
    report("game-2", 300, 10, 700);

    List<String> rows =
        done("compare", "f").lines().map(line -> line.strip().replaceAll(" {2,}", " | ")).toList();

    assertThat(rows)
        .contains(
            "game/game-1 | new | 100 | 10.0 % | 10 | 10.0 % | - | -",
            "game/game-2 | new | 300 | 30.0 % | 10 | 3.3 % | - | -",
            "all | new | 400 | 20.0 % | 20 | 5.0 % | - | -",
            "fallback | 1600 | 80.0 % | 0 | 0.0 % | - | -",
            "new against fallback: errors +5.0 points");
    assertThat(run("compare", "nobody").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completion_completesCommands(String shell) throws Exception {
    Path file = Files.writeString(directory.resolve("completion.sh"), done("completion", shell));
    // The function that a shell would call, called with what would stand on its line.
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + file
                    + "; COMP_WORDS=(turnout roll); COMP_CWORD=1;"
                    + " $(complete -p turnout | sed 's/.*-F \\([^ ]*\\).*/\\1/');"
                    + " echo \"${COMPREPLY[@]}\"")
            .redirectErrorStream(true)
            .start();
    String reply = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(reply).isZero();
    assertThat(reply.strip().split("\\s+")).contains("rollout", "rollback");
  }
}
