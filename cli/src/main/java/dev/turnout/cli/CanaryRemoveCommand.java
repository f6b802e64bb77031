package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout canary-remove USER}. */
@Command(name = "canary-remove", description = "Takes a user off the canaries.")
final class CanaryRemoveCommand extends CanaryAnswer {
  @Parameters(index = "0", paramLabel = "USER", description = "The user's id.")
  private String user = "";

  @Mixin private final Why why = new Why();

  CanaryRemoveCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.delete("/canary/users/" + ControlApi.segment(user) + why.query());
  }
}
