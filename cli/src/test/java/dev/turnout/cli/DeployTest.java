package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flags on their way up, on a real server and with time that is handed in. */
final class DeployTest {
  @TempDir static Path directory;

  private static ControlServer server;

  private final Deque<Runnable> pauses = new ArrayDeque<>();
  private final List<Duration> paused = new ArrayList<>();
  private long now;

  @BeforeAll
  static void start() throws IOException {
    server =
        ControlServer.start(
            new ControlServer.Settings(
                "127.0.0.1", 0, directory.resolve("turnout-data"), "staging"));
    Path profiles = directory.resolve(".config/turnout/profiles.properties");
    Files.createDirectories(profiles.getParent());
    Files.writeString(
        profiles,
        "staging.url=%s\nstaging.token-file=%s\nfast.url=%s\nfast.token-file=%s\n"
                .formatted(server.url(), token(), server.url(), token())
            + "fast.steps=20,100\nfast.hold=1m\nfast.hold.20=90s\n");
  }

  private static Path token() {
    return directory.resolve("turnout-data/admin.token");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void flags() {
    run("policy", "one-rollout", "off", "--url", server.url());
    for (String name : List.of("a", "b")) {
      run("reset", name, "--url", server.url());
      run("unfreeze", name, "--url", server.url());
      run("set", name, "percentage=0", "enabled=on", "strategy=percentage", "--url", server.url());
    }
  }

  /** Time passes only in pauses; what is queued happens in them, one thing in each. */
  private CommandRun run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Stopwatch stopwatch =
        new Stopwatch() {
          @Override
          public long nanos() {
            return now;
          }

          @Override
          public void pause(Duration duration) {
            paused.add(duration);
            now += duration.toNanos();
            Runnable next = pauses.poll();
            if (next != null) {
              next.run();
            }
          }
        };
    Terminal terminal =
        new Terminal(
            new PrintWriter(out),
            new PrintWriter(err, true),
            Map.of(),
            directory,
            directory,
            Terminal.COMMAND,
            Keyboard.NONE,
            /* screen= */ false,
            stopwatch);
    int exitCode = Turnout.commandLine(terminal).execute(words);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  private void inAPause(String... words) {
    pauses.add(
        () ->
            assertThat(CommandRun.in(directory, with(words, "--url", server.url())).exitCode())
                .isZero());
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static String shown(String flag) {
    return CommandRun.in(directory, "get", flag, "--url", server.url()).out();
  }

  private Duration waited() {
    return paused.stream().reduce(Duration.ZERO, Duration::plus);
  }

  @Test
  void deploy_goesUpAllSteps_stayingOnEach() {
    CommandRun run =
        run("deploy", "staging", "--flags", "a,b", "--initial-percentage", "5", "--interval", "5m");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "steps: 5 % for 30m, 10 % for 30m, 25 % for 30m, 50 % for 30m, 75 % for 30m, 100 %")
        .contains("5 %: a, b (revision", "  holding 50 %, 30m left", "done: 100 %");
    assertThat(waited()).isEqualTo(Duration.ofMinutes(150));
    assertThat(shown("a")).contains("percentage      100 %");
    assertThat(shown("b")).contains("percentage      100 %");
  }

  @Test
  void deploy_pace_isTheProfiles() {
    CommandRun run = run("deploy", "fast", "--flags", "a");

    assertThat(run.out()).contains("steps: 20 % for 1m30s, 100 %");
    assertThat(waited()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void deploy_production_staysLongAtHalf() {
    CommandRun run =
        run("deploy", "production", "--url", server.url(), "--flags", "a", "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("25 % for 2h, 50 % for 6h, 75 % for 2h, 100 %");
    assertThat(shown("a")).contains("percentage      0 %");
    assertThat(paused).isEmpty();
  }

  @Test
  void deploy_disabledFlag_isEnabledAtTheFirstStep() {
    run("toggle", "a", "off", "--url", server.url());
    run("rollout", "a", "75", "--url", server.url());

    assertThat(run("deploy", "fast", "--flags", "a").out())
        .contains("a is at 75 %, and disabled", "20 %: a");
    assertThat(shown("a")).contains("percentage      100 %").contains("enabled         yes");
  }

  @Test
  void deploy_kill_endsIt_andChangesNothingBack() {
    inAPause("kill", "a", "--reason", "errors");

    CommandRun run = run("deploy", "staging", "--flags", "a,b");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err())
        .contains("a killed by admin", "errors", "the flags stay as they are, at 1 %")
        .contains("turnout deploy staging --flags a,b --resume");
    assertThat(shown("b")).contains("percentage      1 %");
  }

  @Test
  void deploy_freeze_endsIt() {
    inAPause("freeze", "b");

    assertThat(run("deploy", "staging", "--flags", "a,b").err()).contains("b is frozen");
    assertThat(shown("a")).contains("percentage      1 %");
  }

  @Test
  void deploy_disabledOnTheWay_staysDisabled() {
    inAPause("toggle", "a", "off");

    assertThat(run("deploy", "staging", "--flags", "a").err()).contains("a was disabled");
    assertThat(shown("a")).contains("enabled         no");
  }

  @Test
  void deploy_loweredBySomebody_isLeftThere() {
    inAPause("rollout", "a", "0.5");

    assertThat(run("deploy", "staging", "--flags", "a").err())
        .contains("a was set to 0.5 % by somebody else, not 1 %");
    assertThat(shown("a")).contains("percentage      0.5 %");
  }

  @Test
  void deploy_resume_goesOnFromTheServersShare_stayingAnew() {
    inAPause("freeze", "a");
    assertThat(run("deploy", "staging", "--flags", "a", "--initial-percentage", "5").err())
        .contains("a is frozen");
    run("unfreeze", "a", "--url", server.url());
    paused.clear();

    CommandRun run = run("deploy", "staging", "--flags", "a", "--resume");

    assertThat(run.out()).contains("steps: 5 % for 30m, 10 % for 30m", "5 %: nothing to raise");
    assertThat(waited()).isEqualTo(Duration.ofMinutes(150));
  }

  @Test
  void deploy_aboveTheFirstStep_isRefusedWithoutResume() {
    run("rollout", "a", "30", "--url", server.url());

    assertThat(run("deploy", "staging", "--flags", "a").err())
        .contains("a is at 30 % already, above the first step of 1 %", "--resume");
    assertThat(shown("a")).contains("percentage      30 %");
  }

  @Test
  void deploy_everythingIsThere_isDone() {
    run("rollout", "a", "100", "--url", server.url());

    CommandRun run = run("deploy", "staging", "--flags", "a", "--resume", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().strip()).isEqualTo("{\"event\":\"done\",\"percentage\":100.0}");
  }

  @Test
  void deploy_json_isAnObjectToALine() {
    CommandRun run = run("deploy", "fast", "--flags", "a", "--json");

    assertThat(run.out().lines().map(line -> ControlApi.json().readTree(line).path("event")))
        .extracting(event -> event.asString(""))
        .containsExactly("step", "hold", "step", "done");
  }

  @Test
  void deploy_refusedStep_saysHowToGoAgainstIt() {
    run("set", "a", "ladder=1,5,100", "--url", server.url());

    CommandRun run = run("deploy", "fast", "--flags", "a");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("--override ladder --reason TEXT", "nothing was changed");
    assertThat(
            run("deploy", "fast", "--flags", "a", "--override", "ladder", "--reason", "small")
                .exitCode())
        .isZero();
    run("set", "a", "ladder=[]", "--url", server.url());
  }

  @Test
  void deploy_unknownFlag_isNotFound() {
    CommandRun run = run("deploy", "staging", "--flags", "a,nobody");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("there is no flag nobody");
    assertThat(shown("a")).contains("percentage      0 %");
  }

  @Test
  void deploy_wrongOptions_areWrongUsage() {
    for (String options :
        List.of("--hold soon", "--steps 10,5", "--steps 0,5", "--interval 0s", "--min-calls 0")) {
      CommandRun run =
          run(with(new String[] {"deploy", "staging", "--flags", "a"}, options.split(" ")));
      assertThat(run.exitCode()).as(options).isEqualTo(ExitCode.USAGE);
    }
    assertThat(run("deploy", "nowhere", "--flags", "a").err()).contains("no profile 'nowhere'");
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

      CommandRun run =
          run("deploy", "staging", "--flags", "a", "--hold", "1m", "--url", canned.url());

      assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(run.err()).contains("too many (503)", "at 1 %");
      assertThat(waited()).isGreaterThan(Deployment.BLIND_AT_MOST);
      assertThat(canned.asked()).filteredOn(asked -> asked.route().startsWith("POST")).hasSize(1);
    }
  }
}
