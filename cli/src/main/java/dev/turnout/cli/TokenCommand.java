package dev.turnout.cli;

import picocli.CommandLine.Command;

/** {@code turnout token …}. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Says who may do what on the control server; for admin tokens only.")
final class TokenCommand {}
