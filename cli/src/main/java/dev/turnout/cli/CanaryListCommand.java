package dev.turnout.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout canary-list}. */
@Command(name = "canary-list", description = "Shows canary mode and the canary users.")
final class CanaryListCommand extends CanaryAnswer {
  CanaryListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/canary");
  }
}
