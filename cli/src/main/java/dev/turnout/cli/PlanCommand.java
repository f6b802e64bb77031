package dev.turnout.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code turnout plan …}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Staged rollouts that the server takes from stage to stage, without a terminal that has to"
            + " stay open.")
final class PlanCommand {
  private PlanCommand() {}

  /** The command with all of its own. */
  static CommandLine line(Terminal terminal) {
    CommandLine line =
        new CommandLine(new PlanCommand())
            .addSubcommand(new PlanSetCommand(terminal))
            .addSubcommand(new PlanShowCommand(terminal))
            .addSubcommand(new PlanListCommand(terminal));
    step(line, terminal, "start", "Begins with the first stage, for the first time or again.");
    step(line, terminal, "pause", "Has it stay in its stage until somebody goes on with it.");
    step(line, terminal, "resume", "Goes on with the stage in which it was paused; it holds anew.");
    step(line, terminal, "advance", "Goes to the next stage, or ends it after the last.");
    step(
        line,
        terminal,
        "rollback",
        "Takes everybody back: disables the flag and leaves it at 0 %%. A token of the kind killer"
            + " is enough.");
    return line.addSubcommand(new PlanDeleteCommand(terminal));
  }

  private static void step(CommandLine line, Terminal terminal, String name, String description) {
    CommandLine command = new CommandLine(new PlanStepCommand(terminal, name));
    command.getCommandSpec().usageMessage().description(description);
    line.addSubcommand(name, command);
  }
}
