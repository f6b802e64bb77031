package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout key list}. */
@Command(
    name = "list",
    description = "Shows the public keys that agents should pin: in use, and to follow it.")
final class KeyListCommand extends ClientCommand {
  KeyListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/signing-keys");
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    Table table = new Table("KEY", "USE", "PUBLIC KEY");
    for (JsonNode key : answer.path("keys")) {
      table.row(
          key.path("id").asString("-"),
          key.path("use").asString("-"),
          key.path("public_key").asString("-"));
    }
    table.print(out);
  }
}
