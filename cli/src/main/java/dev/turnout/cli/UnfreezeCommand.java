package dev.turnout.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout unfreeze NAME}. */
@Command(name = "unfreeze", description = "Allows to raise a flag again.")
final class UnfreezeCommand extends FlagCommand {
  UnfreezeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/unfreeze/"), ControlApi.object());
  }
}
