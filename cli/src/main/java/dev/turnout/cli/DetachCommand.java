package dev.turnout.cli;

import picocli.CommandLine.Command;

/** {@code turnout detach}. */
@Command(
    name = "detach",
    description = "Ends the agent of a running JVM; its classes are again as they were written.")
final class DetachCommand extends LocalCommand {
  DetachCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  String request() {
    return "detach";
  }
}
