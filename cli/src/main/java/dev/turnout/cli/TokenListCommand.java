package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout token list}. */
@Command(name = "list", description = "Shows all tokens, but nothing that opens.")
final class TokenListCommand extends ClientCommand {
  TokenListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/tokens");
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    Table table =
        new Table("NAME", "KIND", "SERVICE", "STATE", "CREATED", "EXPIRES", "PREVIOUS UNTIL");
    for (JsonNode token : answer.path("tokens")) {
      table.row(
          token.path("name").asString("-"),
          token.path("kind").asString("-"),
          token.path("service").asString("-"),
          token.path("state").asString("-"),
          token.path("created").asString("-"),
          token.path("expires").asString("never"),
          token.path("previous_until").asString("-"));
    }
    table.print(out);
  }
}
