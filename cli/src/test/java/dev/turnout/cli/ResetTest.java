package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reset takes back is what whoever asks for it has seen. */
final class ResetTest extends ServedTest {
  @BeforeEach
  void create() {
    done("set", "f", "percentage=10");
  }

  /** A keyboard at which somebody does something, and then answers. */
  private record Person(Runnable act, String answer) implements Keyboard {
    @Override
    public boolean isPresent() {
      return true;
    }

    @Override
    public String line() {
      act.run();
      return answer;
    }

    @Override
    public int key() {
      return -1;
    }
  }

  private boolean isKilled() {
    return json("get", "f", "--json").path("stop").isObject();
  }

  @Test
  void reset_saysWhatItTakesBack() {
    done("kill", "f", "--reason", "corrupts data");
    assertThat(done("reset", "f"))
        .contains("f is enabled", "taken back: killed by ", ": corrupts data");
  }

  @Test
  void reset_ofTheRevisionThatWasSeen_takesNoLaterKillBack() {
    done("kill", "f", "--reason", "corrupts data");
    run("reset", "f", "--revision", "1").assertFails(ExitCode.REFUSED, "it is killed by ");
    assertThat(isKilled()).isTrue();
    done("reset", "f", "--revision", "2");
    assertThat(isKilled()).isFalse();
  }

  @Test
  void reset_ofAFlagThatChangesInBetween_resetsNothing_andSaysSo() {
    done("kill", "f");
    CommandRun run =
        terminal().with(new Person(() -> done("set", "f", "percentage=5"), "y")).run("reset", "f");
    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).contains("; nothing was reset");
    assertThat(isKilled()).isTrue();
  }

  @Test
  void reset_ofAKill_isAskedForOnATerminal() {
    done("kill", "f", "--reason", "corrupts data");
    CommandRun run = terminal().with(new Person(() -> {}, "n")).run("reset", "f");
    assertThat(run.err()).contains(": corrupts data. Take that back? [y/N]");
    assertThat(isKilled()).isTrue();
    terminal().with(new Person(() -> {}, "n")).run("reset", "f", "--yes").assertDone();
    assertThat(isKilled()).isFalse();
  }
}
