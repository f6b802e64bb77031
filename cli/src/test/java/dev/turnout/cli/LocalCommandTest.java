package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What a JVM that is another user's may have the terminal of whoever asks it do. */
class LocalCommandTest {
  private static final String ESCAPES = "done\u001b]0;gone\u0007\r\n\u009b2Jturnout: all is well";
  private static final String SHOWN = "done ]0;gone 2Jturnout: all is well";

  private final StringWriter out = new StringWriter();
  private final Terminal terminal =
      new Terminal(
          new PrintWriter(out), new PrintWriter(out), Map.of(), Path.of("."), Path.of("."));

  @Command(name = "refused")
  private static final class Refused implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new CommandFailure(ExitCode.REFUSED, ESCAPES);
    }
  }

  @Test
  void answer_isOneLineOfWords() {
    new AttachCommand(terminal).show(ESCAPES);
    assertThat(out).hasToString(SHOWN + System.lineSeparator());
  }

  @Test
  void refusal_isOneLineOfWords() {
    CommandLine turnout = Turnout.commandLine(terminal).addSubcommand(new Refused());
    turnout.setErr(terminal.err());
    assertThat(turnout.execute("refused")).isEqualTo(ExitCode.REFUSED);
    assertThat(out).hasToString("turnout: " + SHOWN + System.lineSeparator());
  }
}
