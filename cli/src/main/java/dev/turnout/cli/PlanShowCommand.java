package dev.turnout.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout plan show FLAG}. */
@Command(name = "show", description = "Shows a flag's stages and how far along it is.")
final class PlanShowCommand extends PlanAnswer {
  PlanShowCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get(at(""));
  }
}
