package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentCommandTest {
  @Test
  void unmet_isShown() {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    Terminal terminal = new Terminal(writer, writer, Map.of(), Path.of("."), Path.of("."));
    new AgentCommand(terminal)
        .show(
            """
            {"service": "shop", "options": {}, "gates": [],
             "unmet": ["g.yaml: line 2, column 5: no class a.B was loaded so far"]}
            """);
    assertThat(out.toString())
        .contains("no gate so far")
        .contains("unmet: g.yaml: line 2, column 5: no class a.B was loaded so far");
  }
}
