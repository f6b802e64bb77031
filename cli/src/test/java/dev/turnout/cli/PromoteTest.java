package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A definition's way from one environment's server to another's. */
final class PromoteTest extends ServedTest {
  private ControlServer production;

  PromoteTest() {
    super("staging");
  }

  @BeforeEach
  void startProduction() throws IOException {
    production = started("production-data", "production", 0);
    Path profiles = directory.resolve(".config/turnout/profiles.properties");
    Files.createDirectories(profiles.getParent());
    Files.writeString(
        profiles,
        profile("staging", server, "turnout-data")
            + profile("production", production, "production-data"));
    done(
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

  private String profile(String name, ControlServer server, String data) {
    return "%s.url=%s\n%s.token-file=%s\n"
        .formatted(name, server.url(), name, directory.resolve(data).resolve("admin.token"));
  }

  @AfterEach
  void stopProduction() {
    production.close();
  }

  private CommandRun inProduction(String line) {
    return CommandRun.in(directory, CommandRun.words(line, "--env", "production"));
  }

  private CommandRun promote(String... more) {
    return CommandRun.in(
        directory, CommandRun.words("promote f --from staging --to production", more));
  }

  private JsonNode promoted() {
    return inProduction("get f --json").assertDone().json();
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
    done("set", "f", "description=it flies");

    assertThat(promote().out().lines().filter(line -> line.startsWith("  ")))
        .containsExactly("  - description: \"it moves\"", "  + description: \"it flies\"");
    assertThat(promote().out()).contains("nothing differs");
  }

  @Test
  void promote_flagThatLetsCallersIn_isRefusedWithoutYes() {
    inProduction("set f percentage=25").assertDone();

    CommandRun refused = promote();

    assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.err()).contains("f is at 25 % in production", "--yes");
    assertThat(promoted().path("percentage").asDouble(-1)).isEqualTo(25);
    assertThat(promote("--yes", "--reason", "once more").exitCode()).isZero();
    assertThat(promoted().path("percentage").asDouble(-1)).isZero();
  }

  @Test
  void promote_killedFlag_staysKilled() {
    inProduction("set f percentage=25").assertDone();
    inProduction("kill f").assertDone();

    assertThat(promote().out()).contains("f is killed, 0 %");
  }

  @Test
  void promote_dryRun_changesNothing() {
    assertThat(promote("--dry-run").out()).contains("  + percentage: 0");
    assertThat(inProduction("get f").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void promote_toItself_isWrongUsage() {
    CommandRun run =
        CommandRun.in(directory, "promote", "f", "--from", "staging", "--to", "staging");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("the same server");
  }
}
