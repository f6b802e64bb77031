package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout kill NAME}. */
@Command(name = "kill", description = "Sends every caller to the fallback, at once.")
final class KillCommand extends FlagCommand {
  @Mixin private final Why why = new Why();

  KillCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/kill/"), why);
  }
}
