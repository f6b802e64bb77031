package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout toggle NAME on|off}. */
@Command(name = "toggle", description = "Enables or disables a flag.")
final class ToggleCommand extends FlagCommand {
  @Parameters(index = "1", paramLabel = "on|off", description = "Off: everybody's fallback.")
  private Switch position = Switch.OFF;

  @Mixin private final Why why = new Why();

  ToggleCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(
        "/feature-flags/toggle",
        why.addTo(ControlApi.object().put("flag", name()).put("enabled", position == Switch.ON)));
  }
}
