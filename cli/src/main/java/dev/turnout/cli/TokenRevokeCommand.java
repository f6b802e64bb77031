package dev.turnout.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout token revoke NAME}. */
@Command(
    name = "revoke",
    description = "Ends a token at once, with the streams that were opened by it.")
final class TokenRevokeCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "The token's name.")
  private String name = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  TokenRevokeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    Arguments.flagName(name);
  }

  @Override
  JsonNode request(ControlApi api) {
    String why = reason == null ? "" : "?reason=" + ControlApi.segment(reason);
    return api.delete("/tokens/" + ControlApi.segment(name) + why);
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    out.println(name + " is revoked");
  }
}
