package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code turnout epoch raise}. */
@Command(
    name = "raise",
    description =
        "Has agents that know later revisions than this server, whose store was lost or restored,"
            + " take its snapshots again. They then decide by what it has.")
final class EpochRaiseCommand extends ClientCommand {
  @Mixin private final Why why = new Why();

  EpochRaiseCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post("/epoch/raise", why);
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    out.println(
        "epoch "
            + answer.path("epoch").asString("?")
            + ", revision "
            + answer.path("revision").asString("?"));
  }
}
