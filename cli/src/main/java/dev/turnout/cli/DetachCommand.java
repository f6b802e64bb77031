package dev.turnout.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code turnout detach}. */
@Command(
    name = "detach",
    description = {
      "Ends the agent of a running JVM; its classes are again as they were written.",
      "Every gated method runs as written from then on: every caller takes its new"
          + " implementation, whatever the flags say. Refused without --yes where flags of gates"
          + " are killed, tripped, disabled, unknown or at 0 %% in that JVM, or depend on such.",
    })
final class DetachCommand extends LocalCommand {
  @Option(
      names = {"-y", "--yes"},
      description =
          "Detach also where flags are stopped, unknown or at 0 %%, which every caller is on then.")
  private boolean yes;

  DetachCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  String request() {
    return yes ? "detach,yes" : "detach";
  }
}
