package dev.turnout.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout epoch raise}. */
@Command(
    name = "raise",
    description =
        "Has agents that know later revisions than this server, whose store was lost or restored,"
            + " take its snapshots again. They then decide by what it has.")
final class EpochRaiseCommand extends ClientCommand {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  EpochRaiseCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post("/epoch/raise", reason);
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
