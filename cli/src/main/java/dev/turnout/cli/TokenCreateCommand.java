package dev.turnout.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout token create NAME}. */
@Command(
    name = "create",
    description = {
      "Creates a token and prints its secret, once.",
      "agent: what agents of one service need; viewer: reads; killer: reads, and moves callers"
          + " towards the fallback; operator: reads and edits; admin: everything."
    })
final class TokenCreateCommand extends IssuedToken {
  @Option(
      names = "--kind",
      required = true,
      paramLabel = "KIND",
      description = "One of agent, viewer, killer, operator and admin.")
  private String kind = "";

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "The one service that an agent's token speaks for; needed for these.")
  private @Nullable String service;

  TokenCreateCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode issue(ControlApi api, ObjectNode body) {
    body.put("name", name()).put("kind", kind);
    if (service != null) {
      body.put("service", service);
    }
    return api.post("/tokens", body);
  }
}
