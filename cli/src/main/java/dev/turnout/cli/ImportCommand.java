package dev.turnout.cli;

import dev.turnout.cli.migration.Product;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code turnout import …}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "PRODUCT",
    commandListHeading = "%nProducts:%n",
    description = "Takes over flags from a file, of another product or of 'export'.",
    footer = {
      "",
      "Exports:",
      "  unleash       what /api/client/features answers, or an export of its state",
      "  flagd         a file of flag definitions",
      "  launchdarkly  a file for its file data source (\"flags\", \"flagValues\")",
      "  turnout       what 'export' writes",
      "",
      "Carried over from other products are on and off, a rollout by user, a split of",
      "all users among variants, users by name (as canary users), and flags that need",
      "others to be on. Targeting rules, constraints and segments are not.",
    })
final class ImportCommand {
  /** The command with one below it for each product. */
  static CommandLine of(Terminal terminal) {
    CommandLine line = new CommandLine(new ImportCommand());
    for (Product product : Product.values()) {
      String name = product.name().toLowerCase(Locale.ROOT);
      CommandLine command = new CommandLine(new ImportProductCommand(terminal, product));
      command.getCommandSpec().name(name);
      line.addSubcommand(name, command);
    }
    return line.addSubcommand(new ImportTurnoutCommand(terminal));
  }
}
