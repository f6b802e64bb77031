package dev.turnout.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout policy}. */
@Command(
    name = "policy",
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Shows when and how exposure may be raised; its commands change that.")
final class PolicyCommand extends PolicyAnswer {
  PolicyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get(PATH);
  }
}
