package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout canary on|off}. */
@Command(name = "canary", description = "Turns canary mode on or off.")
final class CanaryCommand extends CanaryAnswer {
  @Parameters(
      index = "0",
      paramLabel = "on|off",
      description = "On: canary servers, regions and users take the new path of every flag.")
  private Switch position = Switch.OFF;

  @Mixin private final Why why = new Why();

  CanaryCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.put("/canary", why.addTo(ControlApi.object().put("mode", position == Switch.ON)));
  }
}
