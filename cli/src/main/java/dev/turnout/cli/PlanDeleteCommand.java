package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout plan delete FLAG}. */
@Command(
    name = "delete",
    description = "Forgets a rollout that is not under way. The flag stays as it is.")
final class PlanDeleteCommand extends PlanAnswer {
  @Mixin private final Why why = new Why();

  PlanDeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.delete(at("") + why.query());
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    out.println("the rollout is forgotten");
  }
}
