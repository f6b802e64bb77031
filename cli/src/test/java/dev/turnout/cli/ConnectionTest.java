package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the server's address and the token come from, and where a token does not go. */
final class ConnectionTest {
  private final CannedServer server =
      new CannedServer().answer("GET /canary", 200, "{\"mode\":false,\"users\":[]}");

  @TempDir Path directory;

  @AfterEach
  void stop() {
    server.close();
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private String tokenSent() {
    return server.lastAsked().authorization();
  }

  @Test
  void noOption_defaultTokenOfTheDirectory() throws IOException {
    write("turnout-data/admin.token", "of-the-directory");

    CommandRun.in(directory, "canary-list", "--url", server.url());

    assertThat(tokenSent()).isEqualTo("Bearer of-the-directory");
  }

  @Test
  void environment_namesUrlAndToken() throws IOException {
    write("t", "of-the-environment");

    CommandRun.in(
        directory, Map.of("TURNOUT_URL", server.url(), "TURNOUT_TOKEN_FILE", "t"), "canary-list");

    assertThat(tokenSent()).isEqualTo("Bearer of-the-environment");
  }

  @Test
  void profile_countsBeforeTheEnvironment() throws IOException {
    write(
        ".config/turnout/profiles.properties",
        "prod.url=" + server.url() + "\nprod.token-file=prod.token\n");
    write(".config/turnout/prod.token", "of-the-profile");

    CommandRun.in(
        directory,
        Map.of("TURNOUT_URL", "http://127.0.0.1:1", "TURNOUT_TOKEN_FILE", "nowhere"),
        "canary-list",
        "--profile",
        "prod");

    assertThat(tokenSent()).isEqualTo("Bearer of-the-profile");
  }

  @Test
  void defaultProfile_isUsedWithoutAnOption() throws IOException {
    write(
        ".config/turnout/profiles.properties",
        "default.url=" + server.url() + "\ndefault.token-file=d.token\n");
    write(".config/turnout/d.token", "of-the-default");

    CommandRun.in(directory, "canary-list");

    assertThat(tokenSent()).isEqualTo("Bearer of-the-default");
  }

  @Test
  void defaultProfile_tokenDoesNotGoToAnotherUrl() throws IOException {
    write(
        ".config/turnout/profiles.properties",
        "default.url=http://127.0.0.1:1\ndefault.token-file=d.token\n");
    write(".config/turnout/d.token", "of-the-default");

    CommandRun run = CommandRun.in(directory, "canary-list", "--url", server.url());

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_AUTHORISED);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void directorysToken_doesNotLeaveThisMachine() throws IOException {
    write("turnout-data/admin.token", "of-the-directory");

    CommandRun run = CommandRun.in(directory, "canary-list", "--url", "http://turnout.invalid");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_AUTHORISED);
    assertThat(run.err()).contains("no token for http://turnout.invalid");
  }

  @Test
  void badProfilesFile_whereItIsNotNeeded_isNotRead() throws IOException {
    write(".config/turnout/profiles.properties", "default.url=\\u00zz\n");
    write("t", "of-the-option");

    CommandRun run =
        CommandRun.in(directory, "canary-list", "--url", server.url(), "--token-file", "t");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(tokenSent()).isEqualTo("Bearer of-the-option");
  }

  @Test
  void badProfilesFile_besideTheEnvironment_isNotRead() throws IOException {
    write(".config/turnout/profiles.properties", "default.url=\\u00zz\n");
    write("t", "of-the-environment");

    CommandRun run =
        CommandRun.in(
            directory,
            Map.of("TURNOUT_URL", server.url(), "TURNOUT_TOKEN_FILE", "t"),
            "canary-list");

    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  @Test
  void badProfilesFile_thatIsNeeded_isWrongUsage() throws IOException {
    write(".config/turnout/profiles.properties", "default.url=\\u00zz\n");

    CommandRun run = CommandRun.in(directory, "canary-list");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("cannot read").contains("profiles.properties");
  }

  @Test
  void home_isTheVariable() {
    assertThat(Terminal.homeOf(Map.of("HOME", "/home/ann"))).isEqualTo(Path.of("/home/ann"));
    assertThat(Terminal.homeOf(Map.of("HOME", " ")))
        .isEqualTo(Path.of(System.getProperty("user.home")));
  }

  @Test
  void profile_besideUrlAndTokenFile_isWarnedOf() throws IOException {
    write(".config/turnout/profiles.properties", "default.url=\\u00zz\n");
    write("t", "of-the-option");

    CommandRun run =
        CommandRun.in(
            directory,
            "canary-list",
            "--profile",
            "prod",
            "--url",
            server.url(),
            "--token-file",
            "t");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("--profile has no effect");
  }

  @Test
  void unknownProfile_isWrongUsage() {
    CommandRun run = CommandRun.in(directory, "canary-list", "--profile", "nope");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("no profile 'nope' in").contains("profiles.properties");
  }
}
