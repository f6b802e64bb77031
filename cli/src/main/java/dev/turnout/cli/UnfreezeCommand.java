package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout unfreeze NAME}. */
@Command(name = "unfreeze", description = "Allows to raise a flag again.")
final class UnfreezeCommand extends FlagCommand {
  @Mixin private final Why why = new Why();

  UnfreezeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/unfreeze/"), why);
  }
}
