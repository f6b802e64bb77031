package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The status as it changes, on a real server, until a key ends it. */
final class WatchTest extends ServedTest {
  private final Pauses pauses = new Pauses();

  /** What is queued happens in the pauses, one thing in each; then somebody presses q. */
  private CommandRun watch(boolean screen, String... names) {
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
    return terminal()
        .with(keyboard)
        .with(pauses)
        .withScreen(screen)
        .run(CommandRun.words("watch --interval 0.1s", names));
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
    done("set", "lines", "percentage=5");
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
