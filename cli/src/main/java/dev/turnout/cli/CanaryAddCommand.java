package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout canary-add USER}. */
@Command(name = "canary-add", description = "Makes a user a canary.")
final class CanaryAddCommand extends CanaryAnswer {
  @Parameters(index = "0", paramLabel = "USER", description = "The user's id.")
  private String user = "";

  @Mixin private final Why why = new Why();

  CanaryAddCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post("/canary/users", why.addTo(ControlApi.object().put("user", user)));
  }
}
