package dev.turnout.cli;

import picocli.CommandLine.Command;

/** {@code turnout epoch …}. */
@Command(
    name = "epoch",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "For a store that was lost or restored from a backup.")
final class EpochCommand {}
