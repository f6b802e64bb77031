package dev.turnout.cli;

import java.io.PrintWriter;
import tools.jackson.databind.JsonNode;

/** A command that is answered with the canary mode and its users. */
abstract class CanaryAnswer extends ClientCommand {
  CanaryAnswer(Terminal terminal) {
    super(terminal);
  }

  @Override
  final void show(JsonNode answer, PrintWriter out) {
    out.println("canary mode is " + (answer.path("mode").asBoolean(false) ? "on" : "off"));
    JsonNode users = answer.path("users");
    out.println(users.isEmpty() ? "no canary users" : "canary users:");
    for (JsonNode user : users) {
      out.println("  " + user.asString(""));
    }
  }
}
