package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout plan start|pause|resume|advance|rollback FLAG}. */
@Command
final class PlanStepCommand extends PlanAnswer {
  private final String step;

  @Mixin private final Why why = new Why();

  PlanStepCommand(Terminal terminal, String step) {
    super(terminal);
    this.step = step;
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/" + step), why);
  }
}
