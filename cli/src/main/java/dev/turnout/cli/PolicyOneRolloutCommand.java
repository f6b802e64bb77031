package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout policy one-rollout on|off}. */
@Command(
    name = "one-rollout",
    description = "Says whether one flag with a ladder at a time may be on its way up.")
final class PolicyOneRolloutCommand extends PolicyChange {
  @Parameters(
      index = "0",
      paramLabel = "on|off",
      description = "On: one at a time. Off: as many as you like.")
  private Switch position = Switch.ON;

  PolicyOneRolloutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void change(ObjectNode policy) {
    policy.put("one_rollout", position == Switch.ON);
  }
}
