package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout plan list}. */
@Command(name = "list", description = "Shows all staged rollouts, a line each.")
final class PlanListCommand extends ClientCommand {
  PlanListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/rollouts");
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    JsonNode rollouts = answer.path("rollouts");
    rollouts.forEach(rollout -> out.println(PlanAnswer.line(rollout)));
    if (rollouts.isEmpty()) {
      out.println("nothing is planned");
    }
  }
}
