package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The command lines of the rollout guide and of the rollout runbook, pasted as they stand there
 * into a shell. Only the server's address is another one, and a token goes with it.
 */
final class SeedCommandsTest extends ServedTest {
  @TempDir static Path distribution;

  SeedCommandsTest() {
    super("production");
  }

  /** The launcher as it is packed, on the classes that are tested. */
  @BeforeAll
  static void pack() throws IOException {
    Path bin = Files.createDirectories(distribution.resolve("bin"));
    Path lib = Files.createDirectories(distribution.resolve("lib"));
    Path launcher = bin.resolve("turnout");
    Files.copy(Path.of("..", "turnout").toAbsolutePath(), launcher);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    Files.createSymbolicLink(bin.resolve("mycelia-flags"), Path.of("turnout"));
    int number = 0;
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path path = Path.of(entry).toAbsolutePath();
      Path jar = lib.resolve(number++ + ".jar");
      if (Files.isDirectory(path)) {
        boolean own = path.resolve("dev/turnout/cli/Turnout.class").toFile().exists();
        jar(path, own ? lib.resolve("turnout-cli-test.jar") : jar);
      } else if (Files.exists(path)) {
        Files.createSymbolicLink(jar, path);
      }
    }
  }

  private static void jar(Path folder, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(folder.relativize(file).toString()));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }

  private String shell(String commands) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("pasted.sh"), commands);
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-eu", script.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("HOME", directory.toString());
    builder.environment().remove("XDG_CONFIG_HOME");
    builder.environment().put("TURNOUT_URL", server.url());
    builder.environment().put("TURNOUT_TOKEN_FILE", "turnout-data/admin.token");
    builder
        .environment()
        .merge("PATH", distribution.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    Process process = builder.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private String curl(String commands) throws IOException, InterruptedException {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "curl")));
    // Where nobody looks at what was skipped, skipping would be a test that cannot fail.
    if (System.getenv("CI") != null) {
      assertThat(there).as("curl is installed").isTrue();
    }
    assumeTrue(there, "skipped: there is no curl on this machine");
    return shell(
        """
        curl() {
          command curl --silent --show-error --fail-with-body \\
            -H "Authorization: Bearer $(cat turnout-data/admin.token)" "$@"
          echo
        }
        """
            + commands.replace("https://api.prod", server.url()));
  }

  private JsonNode flag(String name) {
    return json("get", name, "--json");
  }

  private double percentage(String name) {
    return flag(name).path("percentage").asDouble(-1);
  }

  @Test
  void guide_week1() throws Exception {
    curl(
        """
        # Enable at 1% for monitoring
        curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
          -d '{"enabled": true, "percentage": 1}'

        # Monitor for 2 hours, then increase
        curl -X POST https://api.prod/feature-flags/rollout/use_state_persistence/increase \\
          -d '{"increase_by": 4}'  # To 5%
        """);
    assertThat(percentage("use_state_persistence")).isEqualTo(5);
    curl(
        """
        # Complete rollout if metrics good
        curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
          -d '{"enabled": true, "percentage": 100}'
        """);
    assertThat(percentage("use_state_persistence")).isEqualTo(100);
  }

  @Test
  void guide_weeks2And3() throws Exception {
    curl(
        """
        # Start with internal ring
        curl -X PUT https://api.prod/feature-flags/enable_state_snapshots \\
          -d '{
            "enabled": true,
            "strategy": "ring",
            "rings": {"internal": 100, "beta": 0, "ga": 0}
          }'

        # After snapshots stable
        curl -X PUT https://api.prod/feature-flags/enable_state_recovery \\
          -d '{"enabled": true, "percentage": 50}'

        # Start with low-risk use case
        curl -X PUT https://api.prod/feature-flags/use_state_persistence_startgame \\
          -d '{
            "enabled": true,
            "strategy": "ring",
            "rings": {"internal": 100, "beta": 50, "ga": 0}
          }'

        # Gradually enable others
        for use_case in playturn declare scoring; do
          curl -X PUT https://api.prod/feature-flags/use_state_persistence_${use_case} \\
            -d '{"enabled": true, "percentage": 10}'
        done
        """);
    assertThat(flag("enable_state_snapshots").path("rings").toString())
        .isEqualTo("{\"internal\":100,\"beta\":0,\"ga\":0}");
    assertThat(percentage("enable_state_recovery")).isEqualTo(50);
    assertThat(flag("use_state_persistence_startgame").path("rings").toString())
        .isEqualTo("{\"internal\":100,\"beta\":50,\"ga\":0}");
    for (String useCase : List.of("playturn", "declare", "scoring")) {
      assertThat(percentage("use_state_persistence_" + useCase)).isEqualTo(10);
    }
  }

  @Test
  void guide_alertAndRollback() throws Exception {
    curl(
        """
        curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
          -d '{"enabled": true, "percentage": 50}'
        # Freeze current percentage
        curl -X POST https://api.prod/feature-flags/freeze/use_state_persistence
        # Rollback to 25%
        curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
          -d '{"enabled": true, "percentage": 25}'
        """);
    assertThat(flag("use_state_persistence").path("frozen").asBoolean(false)).isTrue();
    assertThat(percentage("use_state_persistence")).isEqualTo(25);
    curl(
        """
        curl -X POST https://api.prod/feature-flags/bulk-update \\
          -d '[
            {"name": "use_state_persistence", "enabled": false},
            {"name": "enable_state_snapshots", "enabled": false},
            {"name": "enable_state_recovery", "enabled": false}
          ]'
        """);
    for (String name :
        List.of("use_state_persistence", "enable_state_snapshots", "enable_state_recovery")) {
      assertThat(flag(name).path("enabled").asBoolean(true)).as(name).isFalse();
    }
  }

  @Test
  void guide_quickCommands() throws Exception {
    String output =
        curl(
            """
            curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
              -d '{"enabled": true, "percentage": 20}'
            # Check current rollout percentage
            curl https://api.prod/feature-flags/use_state_persistence

            # Increase by 10%
            curl -X POST https://api.prod/feature-flags/rollout/use_state_persistence/increase
            curl https://api.prod/feature-flags/use_state_persistence

            # Set specific percentage
            curl -X PUT https://api.prod/feature-flags/use_state_persistence \\
              -d '{"percentage": 50}'

            # Emergency disable
            curl -X POST https://api.prod/feature-flags/toggle \\
              -d '{"flag": "use_state_persistence", "enabled": false}'

            # Get rollout report
            curl https://api.prod/feature-flags/evaluate \\
              -d '{"context": {"user_id": "test-user"}}'
            """);
    assertThat(output).contains("\"percentage\":20", "\"percentage\":30", "\"DISABLED\"");
    assertThat(percentage("use_state_persistence")).isEqualTo(50);
    assertThat(flag("use_state_persistence").path("enabled").asBoolean(true)).isFalse();
  }

  @Test
  void guide_scripts() throws Exception {
    String[] names = {"use_state_persistence", "enable_state_snapshots", "enable_state_recovery"};
    for (String name : names) {
      done("set", name, "percentage=0");
    }
    String output =
        shell(
            """
            turnout deploy staging --flags use_state_persistence --dry-run --url $TURNOUT_URL
            turnout deploy production \\
              --flags use_state_persistence \\
              --initial-percentage 5 --hold 0s --url $TURNOUT_URL
            turnout rollback --all --reason "error rate > 5%"
            """);
    assertThat(output).contains("1 % for 30m", "done: 100 %", "3 flags disabled");
    for (String name : names) {
      assertThat(flag(name).path("enabled").asBoolean(true)).as(name).isFalse();
    }
  }

  @Test
  void runbook() throws Exception {
    String output =
        shell(
            """
            # Set Intent Bar rollout to 10%
            mycelia-flags rollout intent_bar_v1_rollout 10

            # Set Applets rollout to 25%
            mycelia-flags rollout applets_v1_rollout 25

            # Set Live Captions rollout to 50%
            mycelia-flags rollout live_captions_rollout 50

            # Enable canary mode
            mycelia-flags canary on

            # Add user to canary allowlist
            mycelia-flags canary-add user123

            # List canary allowlist
            mycelia-flags canary-list

            # Check current rollout status
            mycelia-flags status

            # Get specific flag status
            mycelia-flags get intent_bar_v1_rollout
            """);
    assertThat(output)
        .contains("intent_bar_v1_rollout is enabled, 10 %", "canary mode is on", "  user123")
        .contains("environment production", "percentage      10 %");
    assertThat(percentage("applets_v1_rollout")).isEqualTo(25);
    assertThat(percentage("live_captions_rollout")).isEqualTo(50);

    String back =
        shell(
            """
            # Remove user from canary allowlist
            mycelia-flags canary-remove user123
            # Disable canary mode
            mycelia-flags canary off
            # Reduce rollout percentage
            mycelia-flags rollout intent_bar_v1_rollout 25
            # Rollback to 0% (disable feature)
            mycelia-flags rollout intent_bar_v1_rollout 0
            mycelia-flags --help
            mycelia-flags rollout --help
            # Remove users from canary
            mycelia-flags canary-remove user123
            mycelia-flags rollout nobody 0 || echo "a misspelt way back: $?"
            turnout rollout nobody 5 || echo "a misspelt name: $?"
            turnout rollout --create nobody 5
            """);
    assertThat(back)
        .contains("no canary users", "canary mode is off")
        .contains("Usage: mycelia-flags [-hV] COMMAND", "Usage: mycelia-flags rollout ")
        .contains("user123 is not on the canary list")
        .contains("mycelia-flags: ", "a misspelt way back: 4", "a misspelt name: 4")
        .contains("there was no flag nobody: it is new", "nobody is enabled, 5 %");
    assertThat(percentage("intent_bar_v1_rollout")).isZero();
  }

  @Test
  void rolloutPlan_fraction() {
    String flag = "redis_streams_media_cluster_enabled";
    done("set", flag, "stickiness=tenant");
    for (String share : List.of("0.1 10", "0.5 50", "1.0 100", "0.0 0")) {
      String[] both = share.split(" ");
      done("set", flag + "=" + both[0]);
      assertThat(percentage(flag)).isEqualTo(Double.parseDouble(both[1]));
    }
  }
}
