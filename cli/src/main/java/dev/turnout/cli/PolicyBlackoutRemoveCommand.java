package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout policy blackout-remove NAME}. */
@Command(name = "blackout-remove", description = "Takes a blackout away.")
final class PolicyBlackoutRemoveCommand extends PolicyChange {
  @Parameters(index = "0", paramLabel = "NAME", description = "The blackout's name.")
  private String name = "";

  PolicyBlackoutRemoveCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void change(ObjectNode policy) {
    if (!remove(policy, name)) {
      throw new CommandFailure(ExitCode.NOT_FOUND, "there is no blackout " + name);
    }
  }
}
