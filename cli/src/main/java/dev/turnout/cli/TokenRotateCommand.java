package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout token rotate NAME}. */
@Command(
    name = "rotate",
    description = {
      "Gives a token another secret and prints it, once. The old one opens for a while longer.",
      "Without --expires the new secret lasts as long as the old one was given."
    })
final class TokenRotateCommand extends IssuedToken {
  @Option(
      names = "--overlap",
      paramLabel = "DURATION",
      defaultValue = "24h",
      description = "How much longer the old secret opens, 0s for not at all (${DEFAULT-VALUE}).")
  private String overlap = "";

  TokenRotateCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode issue(ControlApi api, ObjectNode body) {
    return api.post(
        "/tokens/" + ControlApi.segment(name()) + "/rotate", body.put("overlap", overlap));
  }
}
