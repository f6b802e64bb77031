package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentCommandTest {
  private static String shown(String status) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    Terminal terminal = new Terminal(writer, writer, Map.of(), Path.of("."), Path.of("."));
    new AgentCommand(terminal).show(status);
    return out.toString();
  }

  @Test
  void unmet_isShown() {
    String shown =
        shown(
            """
            {"service": "shop", "options": {}, "gates": [],
             "unmet": ["g.yaml: line 2, column 5: no class a.B was loaded so far"]}
            """);
    assertThat(shown)
        .contains("no gate so far")
        .contains("unmet: g.yaml: line 2, column 5: no class a.B was loaded so far")
        .doesNotContain("stream");
  }

  @Test
  void server_isShown_withItsLastContact() {
    String shown =
        shown(
            """
            {"server": {"url": "https://control:8640", "contact_age_seconds": 3,
                        "stream": "connected", "problem": null}}
            """);
    assertThat(shown)
        .contains("server https://control:8640, last contact 3 s ago, stream connected")
        .doesNotContain("problem with");
  }

  @Test
  void server_thatWasNeverReached_isShown_withTheProblem() {
    String shown =
        shown(
            """
            {"server": {"url": "https://control:8640", "contact_age_seconds": null,
                        "stream": "waiting", "problem": "stream, poll: answered 401"}}
            """);
    assertThat(shown)
        .contains("server https://control:8640, no contact so far, stream waiting")
        .contains("problem with the server: stream, poll: answered 401");
  }

  @Test
  void flagByRings_isShownByRings() {
    String shown =
        shown(
            """
            {"flags": [{"name": "checkout", "state": "on", "percentage": null,
                        "rings": {"beta": 10.0, "ga": 0.0}, "new": {"calls": 1},
                        "fallback": {"calls": 2}}]}
            """);
    assertThat(shown).containsPattern("checkout +on +by rings: beta 10 %, ga 0 %");
  }

  @Test
  void metricsPort_isShown() {
    assertThat(shown("{\"metrics_url\": \"http://127.0.0.1:43210\"}"))
        .contains("metrics port http://127.0.0.1:43210");
  }
}
