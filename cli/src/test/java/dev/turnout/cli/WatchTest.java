package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.server.ControlServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status as it changes, on a real server, until a key ends it. */
final class WatchTest {
  @TempDir static Path directory;

  private static ControlServer server;

  private final Deque<Runnable> pauses = new ArrayDeque<>();
  private long now;

  @BeforeAll
  static void start() throws IOException {
    server =
        ControlServer.start(
            new ControlServer.Settings(
                "127.0.0.1", 0, directory.resolve("turnout-data"), "default"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void done(String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--url";
    all[words.length + 1] = server.url();
    CommandRun run = CommandRun.in(directory, all);
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  /** What is queued happens in the pauses, one thing in each; then somebody presses q. */
  private CommandRun watch(boolean screen, String... names) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Keyboard keyboard =
        new Keyboard() {
          @Override
          public boolean isPresent() {
            return true;
          }

          @Override
          public String line() {
            return "";
          }

          @Override
          public int key() {
            return pauses.isEmpty() ? 'q' : -1;
          }
        };
    Stopwatch stopwatch =
        new Stopwatch() {
          @Override
          public long nanos() {
            return now;
          }

          @Override
          public void pause(Duration duration) {
            now += duration.toNanos();
            pauses.remove().run();
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
            keyboard,
            screen,
            stopwatch);
    String[] words = new String[names.length + 5];
    String[] start = {"watch", "--interval", "0.1s", "--url", server.url()};
    System.arraycopy(start, 0, words, 0, start.length);
    System.arraycopy(names, 0, words, start.length, names.length);
    int exitCode = Turnout.commandLine(terminal).execute(words);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  @Test
  void watch_noTerminal_isALineForEachChange() {
    done("set", "lines", "percentage=5");
    done("set", "other", "percentage=5");
    pauses.add(() -> done("rollout", "lines", "10"));
    pauses.add(() -> done("rollout", "other", "10"));
    pauses.add(() -> done("kill", "lines", "--reason", "enough"));
    pauses.add(() -> {});

    CommandRun run = watch(false, "lines");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> lines =
        run.out().lines().map(line -> line.substring(line.indexOf(' ') + 1)).toList();
    assertThat(lines)
        .hasSize(5)
        .startsWith(
            "agents: 0 connected, 0 behind, 0 ahead",
            "canary mode: off",
            "flag lines: on, 5 %",
            "flag lines: on, 5 % -> on, 10 %");
    assertThat(lines.get(4)).startsWith("flag lines: on, 10 % -> killed, 10 %").contains("enough");
    assertThat(run.out()).doesNotContain("\u001b");
  }

  @Test
  void watch_terminal_isDrawnAnew_andLeftAsItWas() {
    done("set", "drawn", "percentage=5");
    pauses.add(() -> done("rollout", "drawn", "10"));
    pauses.add(() -> {});

    CommandRun run = watch(true, "drawn");

    assertThat(run.out())
        .startsWith("\u001b[?1049h\u001b[?25l")
        .endsWith("\u001b[?25h\u001b[?1049l");
    String[] pages = run.out().split("\u001b\\[H\u001b\\[2J");
    assertThat(pages[1]).contains("drawn", "5 %", "q ends this").doesNotContain("lines");
    assertThat(pages[pages.length - 1]).contains("10 %");
  }

  @Test
  void watch_unknownFlag_isNotFound() {
    CommandRun run = watch(false, "nobody");

    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.out()).isEmpty();
  }
}
