package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout freeze NAME}. */
@Command(name = "freeze", description = "Forbids to raise a flag; lowering it stays allowed.")
final class FreezeCommand extends FlagCommand {
  @Mixin private final Why why = new Why();

  FreezeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/freeze/"), why);
  }
}
