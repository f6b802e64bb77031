package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A command that is answered with the policy. */
abstract class PolicyAnswer extends ClientCommand {
  static final String PATH = "/policy";

  PolicyAnswer(Terminal terminal) {
    super(terminal);
  }

  @Override
  final void show(JsonNode policy, PrintWriter out) {
    out.println(
        policy.path("one_rollout").asBoolean(true)
            ? "one flag at a time is rolled out"
            : "several flags may be rolled out at a time");
    JsonNode blackouts = policy.path("blackouts");
    out.println(blackouts.isEmpty() ? "no blackouts" : "nothing is raised during:");
    for (JsonNode blackout : blackouts) {
      out.println("  " + blackout.path("name").asString("?") + ": " + time(blackout));
    }
  }

  private static String time(JsonNode blackout) {
    String from = blackout.path("from").asString("?");
    if (blackout.has("until")) {
      return from + " until " + blackout.path("until").asString("?");
    }
    String days =
        blackout.path("days").values().stream()
            .map(day -> day.asString(""))
            .collect(Collectors.joining(", "));
    return (days.isEmpty() ? "every day" : days)
        + " from "
        + from
        + " to "
        + blackout.path("to").asString("?")
        + ", "
        + blackout.path("zone").asString("?");
  }
}
