package dev.turnout.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code turnout attach}. */
@Command(
    name = "attach",
    description = {
      "Starts the agent in a running JVM and gates the classes that it has loaded.",
      "Refused where the JVM would lose parts of its classes, unless force=true is given."
    })
final class AttachCommand extends LocalCommand {
  @Parameters(
      index = "1..*",
      paramLabel = "OPTION=VALUE",
      description = "The agent's options, as with -javaagent: server=URL token-file=FILE ...")
  private List<String> options = new ArrayList<>();

  AttachCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  String request() {
    return String.join(",", options);
  }
}
