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
    try {
      return api.delete("/canary/users/" + ControlApi.segment(user) + why.query());
    } catch (CommandFailure e) {
      if (e.exitCode() != ExitCode.NOT_FOUND) {
        throw e;
      }
      // What is wanted is so already.
      terminal().warn(String.valueOf(e.getMessage()));
      return api.get("/canary");
    }
  }
}
