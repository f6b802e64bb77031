package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flags on their way up, on a real server and with time that is handed in. */
final class DeployTest extends ServedTest {
  private final Pauses pauses = new Pauses();

  DeployTest() {
    super("staging");
  }

  @BeforeEach
  void makeProfilesAndFlags() throws IOException {
    Path profiles = directory.resolve(".config/turnout/profiles.properties");
    Files.createDirectories(profiles.getParent());
    Path token = directory.resolve("turnout-data/admin.token");
    Files.writeString(
        profiles,
        "staging.url=%s\nstaging.token-file=%s\nfast.url=%s\nfast.token-file=%s\n"
                .formatted(server.url(), token, server.url(), token)
            + "fast.steps=20,100\nfast.hold=1m\nfast.hold.20=90s\n");
    done("policy", "one-rollout", "off");
    for (String name : List.of("a", "b")) {
      done("set", name, "percentage=0", "enabled=on", "strategy=percentage");
    }
  }

  /** Deploys to a profile's server: nothing else says which one it is. */
  private CommandRun deploy(String... words) {
    return new TestTerminal(directory).with(pauses).run(CommandRun.words("deploy", words));
  }

  private void inAPause(String... words) {
    pauses.add(() -> done(words));
  }

  private String shown(String flag) {
    return done("get", flag);
  }

  @Test
  void deploy_goesUpAllSteps_stayingOnEach() {
    CommandRun run =
        deploy("staging", "--flags", "a,b", "--initial-percentage", "5", "--interval", "5m");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "steps: 5 % for 30m, 10 % for 30m, 25 % for 30m, 50 % for 30m, 75 % for 30m, 100 %")
        .contains("5 %: a, b (revision", "  holding 50 %, 30m left", "done: 100 %");
    assertThat(pauses.total()).isEqualTo(Duration.ofMinutes(150));
    assertThat(shown("a")).contains("percentage      100 %");
    assertThat(shown("b")).contains("percentage      100 %");
  }

  @Test
  void deploy_pace_isTheProfiles() {
    CommandRun run = deploy("fast", "--flags", "a");

    assertThat(run.out()).contains("steps: 20 % for 1m30s, 100 %");
    assertThat(pauses.total()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void deploy_production_staysLongAtHalf() {
    CommandRun run = deploy("production", "--url", server.url(), "--flags", "a", "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("25 % for 2h, 50 % for 6h, 75 % for 2h, 100 %");
    assertThat(shown("a")).contains("percentage      0 %");
    assertThat(pauses.over()).isEmpty();
  }

  @Test
  void deploy_disabledFlag_isEnabledAtTheFirstStep() {
    done("toggle", "a", "off");
    done("rollout", "a", "75");

    assertThat(deploy("fast", "--flags", "a").out())
        .contains("a is at 75 %, and disabled", "20 %: a");
    assertThat(shown("a")).contains("percentage      100 %").contains("enabled         yes");
  }

  @Test
  void deploy_kill_endsIt_andChangesNothingBack() {
    inAPause("kill", "a", "--reason", "errors");

    CommandRun run = deploy("staging", "--flags", "a,b");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err())
        .contains("a killed by admin", "errors", "the flags stay as they are, at 1 %")
        .contains("turnout deploy staging --flags a,b --resume");
    assertThat(shown("b")).contains("percentage      1 %");
  }

  @Test
  void deploy_freeze_endsIt() {
    inAPause("freeze", "b");

    assertThat(deploy("staging", "--flags", "a,b").err()).contains("b is frozen");
    assertThat(shown("a")).contains("percentage      1 %");
  }

  @Test
  void deploy_disabledOnTheWay_staysDisabled() {
    inAPause("toggle", "a", "off");

    assertThat(deploy("staging", "--flags", "a").err()).contains("a was disabled");
    assertThat(shown("a")).contains("enabled         no");
  }

  @Test
  void deploy_loweredBySomebody_isLeftThere() {
    inAPause("rollout", "a", "0.5");

    assertThat(deploy("staging", "--flags", "a").err())
        .contains("a was set to 0.5 % by somebody else, not 1 %");
    assertThat(shown("a")).contains("percentage      0.5 %");
  }

  @Test
  void deploy_resume_goesOnFromTheServersShare_stayingAnew() {
    inAPause("freeze", "a");
    assertThat(deploy("staging", "--flags", "a", "--initial-percentage", "5").err())
        .contains("a is frozen");
    done("unfreeze", "a");
    Duration before = pauses.total();

    CommandRun run = deploy("staging", "--flags", "a", "--resume");

    assertThat(run.out()).contains("steps: 5 % for 30m, 10 % for 30m", "5 %: nothing to raise");
    assertThat(pauses.total().minus(before)).isEqualTo(Duration.ofMinutes(150));
  }

  @Test
  void deploy_aboveTheFirstStep_isRefusedWithoutResume() {
    done("rollout", "a", "30");

    assertThat(deploy("staging", "--flags", "a").err())
        .contains("a is at 30 % already, above the first step of 1 %", "--resume");
    assertThat(shown("a")).contains("percentage      30 %");
  }

  @Test
  void deploy_everythingIsThere_isDone() {
    done("rollout", "a", "100");

    CommandRun run = deploy("staging", "--flags", "a", "--resume", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().strip()).isEqualTo("{\"event\":\"done\",\"percentage\":100.0}");
  }

  @Test
  void deploy_json_isAnObjectToALine() {
    CommandRun run = deploy("fast", "--flags", "a", "--json");

    assertThat(run.out().lines().map(line -> ControlApi.json().readTree(line).path("event")))
        .extracting(event -> event.asString(""))
        .containsExactly("step", "hold", "step", "done");
  }

  @Test
  void deploy_refusedStep_saysHowToGoAgainstIt() {
    done("set", "a", "ladder=1,5,100");

    CommandRun run = deploy("fast", "--flags", "a");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("--override ladder --reason TEXT", "nothing was changed");
    assertThat(
            deploy("fast", "--flags", "a", "--override", "ladder", "--reason", "small").exitCode())
        .isZero();
  }

  @Test
  void deploy_unknownFlag_isNotFound() {
    CommandRun run = deploy("staging", "--flags", "a,nobody");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("there is no flag nobody");
    assertThat(shown("a")).contains("percentage      0 %");
  }

  @Test
  void deploy_wrongOptions_areWrongUsage() {
    for (String options :
        List.of("--hold soon", "--steps 10,5", "--steps 0,5", "--interval 0s", "--min-calls 0")) {
      CommandRun run = deploy(CommandRun.words("staging --flags a " + options));
      assertThat(run.exitCode()).as(options).isEqualTo(ExitCode.USAGE);
    }
    assertThat(deploy("nowhere", "--flags", "a").err()).contains("no profile 'nowhere'");
  }

  @Test
  void deploy_serverOutOfReach_isWaitedFor_thenGivenUp() {
    try (CannedServer canned = new CannedServer()) {
      String flag =
          "{\"name\":\"a\",\"enabled\":true,\"percentage\":0,\"strategy\":\"percentage\"}";
      canned
          .answer("GET /feature-flags", 200, "{\"flags\":[" + flag + "]}")
          .answer("POST /feature-flags/bulk-update", 200, "{\"revision\":2}")
          .answer("GET /status.json", 503, "{\"detail\":\"too many\"}");

      CommandRun run = deploy("staging", "--flags", "a", "--hold", "1m", "--url", canned.url());

      assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(run.err()).contains("too many (503)", "at 1 %");
      assertThat(pauses.total()).isGreaterThan(Deployment.BLIND_AT_MOST);
      assertThat(canned.asked()).filteredOn(asked -> asked.route().startsWith("POST")).hasSize(1);
    }
  }
}
