package dev.turnout.cli;

import picocli.CommandLine.Command;

/** {@code turnout key …}. */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "The keys that snapshots are signed with.")
final class KeyCommand {}
