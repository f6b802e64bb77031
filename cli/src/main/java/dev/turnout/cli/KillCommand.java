package dev.turnout.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout kill NAME}. */
@Command(name = "kill", description = "Sends every caller to the fallback, at once.")
final class KillCommand extends FlagCommand {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  KillCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.post(at("/feature-flags/kill/"), reason);
  }
}
