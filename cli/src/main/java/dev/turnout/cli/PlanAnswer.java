package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** A command about one flag's staged rollout, answered with the rollout. */
abstract class PlanAnswer extends ClientCommand {
  @Parameters(index = "0", paramLabel = "FLAG", description = "The flag's name.")
  private String flag = "";

  PlanAnswer(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    Arguments.flagName(flag);
  }

  /** The rollout's place, or that of a part of it. */
  final String at(String part) {
    return "/rollouts/" + ControlApi.segment(flag) + part;
  }

  @Override
  void show(JsonNode rollout, PrintWriter out) {
    out.println(line(rollout));
    String waitsFor = rollout.path("waits_for").asString("");
    if (!waitsFor.isEmpty()) {
      out.println("  waits: " + waitsFor);
    }
    int current = rollout.path("stage").asInt(0);
    Table table = new Table("", ">STAGE", "SHARE", ">HOLD", ">CALLS");
    int place = 0;
    for (JsonNode stage : rollout.path("stages")) {
      place++;
      table.row(
          place == current ? ">" : "",
          Integer.toString(place),
          share(stage),
          Words.time(stage.path("hold").asString("-")),
          stage.path("min_calls").asString("-"));
    }
    table.print(out);
  }

  /** How a rollout stands, in one line. */
  static String line(JsonNode rollout) {
    StringBuilder line =
        new StringBuilder(rollout.path("flag").asString("?"))
            .append(": ")
            .append(rollout.path("state").asString("?").replace('_', ' '));
    if (rollout.path("stage").isNumber()) {
      line.append(", stage ")
          .append(rollout.path("stage").asInt())
          .append(" of ")
          .append(rollout.path("stages").size());
    }
    if (rollout.path("held_at").isString()) {
      line.append(", to last until ").append(rollout.path("held_at").asString(""));
    }
    if (!rollout.path("automatic").asBoolean(true)) {
      line.append(", goes on when told");
    }
    String why = rollout.path("why").asString("");
    return (why.isEmpty() ? line : line.append(": ").append(why)).toString();
  }

  private static String share(JsonNode stage) {
    return stage.has("percentage")
        ? Words.percent(stage.path("percentage"))
        : Words.shares(stage.path("rings"));
  }
}
