package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a JVM that is another user's may have the terminal of whoever asks it do. */
class LocalCommandTest {
  private static final String ESCAPES = "done\u001b]0;gone\u0007\r\n\u009b2Jturnout: all is well";
  private static final String SHOWN = "done ]0;gone 2Jturnout: all is well";

  private final StringWriter out = new StringWriter();
  private final Terminal terminal =
      new Terminal(
          new PrintWriter(out), new PrintWriter(out), Map.of(), Path.of("."), Path.of("."));

  @Test
  void answer_isOneLineOfWords() {
    new AttachCommand(terminal).show(ESCAPES);
    assertThat(out).hasToString(SHOWN + System.lineSeparator());
  }

  @Test
  void refusal_isOneLineOfWords() {
    assertThatThrownBy(() -> LocalJvm.answer("42", "refused " + ESCAPES)).hasMessage(SHOWN);
  }

  @Test
  void status_isOfWords_asJsonToo() {
    String status = ControlApi.object().put("service", "a\u009b2Jb").toString();
    assertThat(new AgentCommand(terminal).json(status)).isEqualTo("{\"service\":\"a 2Jb\"}");
  }

  @Test
  void statusThatWasCutShort_isNoAnswer() {
    AgentCommand agent = new AgentCommand(terminal);
    assertThatThrownBy(() -> agent.json("{\"service\":"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("gave no answer");
    assertThatThrownBy(() -> agent.show("{\"service\":")).hasMessageContaining("gave no answer");
  }
}
