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

/** A definition's way from one environment's server to another's. */
final class PromoteTest {
  @TempDir Path directory;

  private ControlServer staging;
  private ControlServer production;

  @BeforeEach
  void start() throws IOException {
    staging = server("staging");
    production = server("production");
    Path profiles = directory.resolve(".config/turnout/profiles.properties");
    Files.createDirectories(profiles.getParent());
    Files.writeString(profiles, profile("staging", staging) + profile("production", production));
    done(
        "staging",
        "set",
        "f",
        "percentage=100",
        "rings.internal=100",
        "canary.users=u",
        "frozen=true",
        "ladder=1,10,100",
        "stickiness=tenant",
        "description=it moves",
        "variants={\"x\":40,\"y\":60}",
        "--override",
        "ladder",
        "--reason",
        "a test");
  }

  private ControlServer server(String env) throws IOException {
    return ControlServer.start(
        new ControlServer.Settings("127.0.0.1", 0, directory.resolve(env), env));
  }

  private String profile(String name, ControlServer server) {
    return "%s.url=%s\n%s.token-file=%s\n"
        .formatted(name, server.url(), name, directory.resolve(name).resolve("admin.token"));
  }

  @AfterEach
  void stop() {
    staging.close();
    production.close();
  }

  private String done(String env, String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--env";
    all[words.length + 1] = env;
    CommandRun run = CommandRun.in(directory, all);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out();
  }

  private CommandRun promote(String... more) {
    String[] words = new String[more.length + 6];
    String[] start = {"promote", "f", "--from", "staging", "--to", "production"};
    System.arraycopy(start, 0, words, 0, start.length);
    System.arraycopy(more, 0, words, start.length, more.length);
    return CommandRun.in(directory, words);
  }

  private JsonNode promoted() {
    return ControlApi.json().readTree(done("production", "get", "f", "--json"));
  }

  @Test
  void promote_newFlag_hasTheDefinition_andLetsNobodyIn() {
    CommandRun run = promote();

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("f is new in production:", "  + ladder: [1,10,100]", "f is enabled, 0 %");
    JsonNode flag = promoted();
    assertThat(flag.path("percentage").asDouble(-1)).isZero();
    assertThat(flag.path("rings").toString()).isEqualTo("{\"internal\":0}");
    assertThat(flag.path("canary").path("users").isEmpty()).isTrue();
    assertThat(flag.path("frozen").asBoolean(true)).isFalse();
    assertThat(flag.path("stickiness").asString("")).isEqualTo("tenant");
    assertThat(flag.path("variants").toString()).isEqualTo("{\"x\":40,\"y\":60}");
    assertThat(flag.path("description").asString("")).isEqualTo("it moves");
  }

  @Test
  void promote_again_changesWhatDiffersOnly() {
    promote();
    done("staging", "set", "f", "description=it flies");

    assertThat(promote().out().lines().filter(line -> line.startsWith("  ")))
        .containsExactly("  - description: \"it moves\"", "  + description: \"it flies\"");
    assertThat(promote().out()).contains("nothing differs");
  }

  @Test
  void promote_flagThatLetsCallersIn_isRefusedWithoutYes() {
    done("production", "set", "f", "percentage=25");

    CommandRun refused = promote();

    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err()).contains("f is at 25 % in production", "--yes");
    assertThat(promoted().path("percentage").asDouble(-1)).isEqualTo(25);
    assertThat(promote("--yes", "--reason", "once more").exitCode()).isZero();
    assertThat(promoted().path("percentage").asDouble(-1)).isZero();
  }

  @Test
  void promote_killedFlag_staysKilled() {
    done("production", "set", "f", "percentage=25");
    done("production", "kill", "f");

    assertThat(promote().out()).contains("f is killed, 0 %");
  }

  @Test
  void promote_dryRun_changesNothing() {
    assertThat(promote("--dry-run").out()).contains("  + percentage: 0");
    assertThat(CommandRun.in(directory, "get", "f", "--env", "production").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void promote_toItself_isWrongUsage() {
    CommandRun run =
        CommandRun.in(directory, "promote", "f", "--from", "staging", "--to", "staging");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("the same server");
  }
}
