package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code turnout events} against the server it is for. */
final class EventsTest extends ServedTest {
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
    assertThat(run.json())
        .isEqualTo(json("audit", "--limit", "1", "--json").path("entries").get(0));
  }

  @Test
  void serverThatStopsAndComesBack_isFollowedOn() throws Exception {
    TestTerminal terminal = terminal();
    CompletableFuture<CommandRun> following =
        CompletableFuture.supplyAsync(() -> terminal.run("events", "--after", "2", "--count", "3"));
    done("set", "f", "percentage=1");
    await().until(() -> terminal.out().startsWith("3  "));
    int port = server.port();
    server.close();
    server = started("turnout-data", "default", port);
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
    CommandRun run = run("events", "--url", "http://127.0.0.1:" + port);
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
