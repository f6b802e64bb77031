package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout agents}. */
@Command(name = "agents", description = "Shows the JVMs that run the agent, and their gates.")
final class AgentsCommand extends ClientCommand {
  AgentsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/agents");
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    Table table =
        new Table(
            "SERVICE",
            "INSTANCE",
            "REGION",
            "AGENT",
            ">REVISION",
            "STATE",
            "CONNECTED",
            "LAST SEEN",
            "GATES");
    for (JsonNode agent : answer.path("agents")) {
      JsonNode gates = agent.path("gates");
      table.row(
          text(agent, "service", "-"),
          text(agent, "instance", "-"),
          text(agent, "region", "-"),
          text(agent, "agent_version", "-"),
          agent.path("revision").asString("-"),
          agent.path("state").asString("-"),
          Words.yesNo(agent.path("connected")),
          agent.path("last_seen").asString("-"),
          wired(gates) + " of " + gates.size());
    }
    table.print(out);
    for (JsonNode agent : answer.path("agents")) {
      String instance = text(agent, "instance", "-");
      if (agent.path("expired").asBoolean(false)) {
        out.println(
            instance
                + ": its snapshot was valid until "
                + agent.path("valid_until").asString("-")
                + ", and stays in force");
      }
      for (JsonNode refused : agent.path("refused")) {
        out.println(
            instance
                + ": refused a snapshot at "
                + refused.path("at").asString("-")
                + ": "
                + text(refused, "reason", "no reason given"));
      }
    }
    for (JsonNode agent : answer.path("agents")) {
      for (JsonNode gate : agent.path("gates")) {
        if (!gate.path("wired").asBoolean(false)) {
          out.println(
              text(agent, "instance", "-")
                  + ": "
                  + text(gate, "method", "-")
                  + " is not gated: "
                  + text(gate, "problem", "no reason given"));
        }
      }
    }
  }

  private static String text(JsonNode of, String field, String missing) {
    return of.path(field).asString(missing);
  }

  private static long wired(JsonNode gates) {
    return gates.values().stream().filter(gate -> gate.path("wired").asBoolean(false)).count();
  }
}
