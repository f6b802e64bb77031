package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout reset NAME}. */
@Command(name = "reset", description = "Takes back a kill or a trip.")
final class ResetCommand extends FlagCommand {
  @Mixin private final Why why = new Why();

  ResetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/reset/"), why);
  }
}
