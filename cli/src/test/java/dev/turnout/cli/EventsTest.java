package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code turnout events} against the server it is for. */
final class EventsTest {
  @TempDir Path directory;
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    server = started(0);
  }

  private ControlServer started(int port) throws IOException {
    return ControlServer.start(
        new ControlServer.Settings(
            "127.0.0.1", port, directory.resolve("turnout-data"), "default"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CommandRun run(String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--url";
    all[words.length + 1] = server.url();
    return CommandRun.in(directory, all);
  }

  private void done(String... words) {
    CommandRun run = run(words);
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  @Test
  void events_areLinesLikeThoseOfTheAudit() {
    done("set", "f", "percentage=10");
    done("set", "g", "percentage=10");
    done("kill", "f", "--reason", "two\nlines");

    CommandRun run = run("events", "--after", "0", "--flag", "f", "--count", "2");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).matches("3  \\S+Z  admin  create  f  -  -");
    assertThat(lines.get(1)).matches("5  \\S+Z  admin  kill  f  -  two lines");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void json_isARowOfTheAuditOnEachLine() {
    done("set", "f", "percentage=10");
    CommandRun run = run("events", "--after", "2", "--count", "1", "--json");
    assertThat(run.out().lines()).hasSize(1);
    assertThat(ControlApi.json().readTree(run.out()))
        .isEqualTo(
            ControlApi.json()
                .readTree(run("audit", "--limit", "1", "--json").out())
                .path("entries")
                .get(0));
  }

  @Test
  void serverThatStopsAndComesBack_isFollowedOn() throws Exception {
    int port = server.port();
    CompletableFuture<CommandRun> following =
        CompletableFuture.supplyAsync(() -> run("events", "--after", "2", "--count", "3"));
    done("set", "f", "percentage=1");
    Thread.sleep(Duration.ofMillis(500).toMillis());
    server.close();
    server = started(port);
    done("set", "f", "percentage=2");
    done("set", "f", "percentage=3");

    CommandRun run = following.get(40, TimeUnit.SECONDS);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.split(" ", -1)[0]))
        .containsExactly("3", "4", "5");
    assertThat(run.err()).contains("the server ended the stream; trying again in");
  }

  @Test
  void placeThatIsNotThere_isRefused() {
    CommandRun run = run("events", "--after", "9999");
    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("the audit ends at 2");
  }

  @Test
  void server_thatWasNeverThere_isAnError() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = socket.getLocalPort();
    }
    CommandRun run =
        CommandRun.in(
            directory,
            "events",
            "--token-file",
            "turnout-data/admin.token",
            "--url",
            "http://127.0.0.1:" + port);
    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(run.err()).contains("cannot reach the control server");
  }

  @Test
  void options_thatMakeNoSense_areWrongUsage() {
    assertThat(run("events", "--after", "-1").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("events", "--count", "0").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("events", "--flag", "a b").exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
