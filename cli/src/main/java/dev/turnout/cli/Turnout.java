package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code turnout} command. Each subcommand is one request, so that what a command did is what
 * the control server's audit trail says.
 */
@Command(
    name = Terminal.COMMAND,
    mixinStandardHelpOptions = true,
    versionProvider = Turnout.Version.class,
    description = "Switches method calls of running JVMs between two implementations.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nWhich server:%n",
    footer = {
      "  The first of these that is given: --url and --token-file; --profile;",
      "  TURNOUT_URL and TURNOUT_TOKEN_FILE; the profile named 'default';",
      "  http://127.0.0.1:8640 with ./turnout-data/admin.token, which is what",
      "  '${ROOT-COMMAND-NAME} server' starts in the same directory.",
      "  Profiles stand in $XDG_CONFIG_HOME/turnout/profiles.properties, or in",
      "  $HOME/.config/turnout/profiles.properties where that variable is not set.",
      "  Who vouches for an https server, if not whom the JVM trusts: --ca-file, the",
      "  profile's ca-file, TURNOUT_CA_FILE.",
      "  The file is read only if it is needed:",
      "    production.url=https://turnout.example.com",
      "    production.token-file=production.token",
      "    production.ca-file=ca.pem",
      "",
      "Exit codes:",
      "  0  done",
      "  1  refused by the server, which says why; or 'server' could not start",
      "  2  wrong usage",
      "  3  no server could be reached, or a JVM not asked or without an answer",
      "  4  not found",
      "  5  not authorised, or no token",
      "  6  the audit is not whole, says 'turnout audit verify'",
      "With --json a failure is a JSON object on the standard error, the server's own",
      "problem document where there is one.",
    })
public final class Turnout {
  private Turnout() {}

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine(Terminal.system()).execute(arguments));
  }

  static CommandLine commandLine(Terminal terminal) {
    CommandLine line =
        new CommandLine(new Turnout())
            .addSubcommand(
                new CommandLine(new ServerCommand(terminal))
                    .addSubcommand(new ServerBackupCommand(terminal))
                    .addSubcommand(new ServerRestoreCommand(terminal)))
            .addSubcommand(new StatusCommand(terminal))
            .addSubcommand(new GetCommand(terminal))
            .addSubcommand(new SetCommand(terminal))
            .addSubcommand(new RolloutCommand(terminal))
            .addSubcommand(new ToggleCommand(terminal))
            .addSubcommand(new FreezeCommand(terminal))
            .addSubcommand(new UnfreezeCommand(terminal))
            .addSubcommand(new KillCommand(terminal))
            .addSubcommand(new ResetCommand(terminal))
            .addSubcommand(new CanaryCommand(terminal))
            .addSubcommand(new CanaryAddCommand(terminal))
            .addSubcommand(new CanaryRemoveCommand(terminal))
            .addSubcommand(new CanaryListCommand(terminal))
            .addSubcommand(new ExplainCommand(terminal))
            .addSubcommand(ImportCommand.of(terminal))
            .addSubcommand(new ExportCommand(terminal))
            .addSubcommand(new AgentsCommand(terminal))
            .addSubcommand(new AgentCommand(terminal))
            .addSubcommand(new AttachCommand(terminal))
            .addSubcommand(new DetachCommand(terminal))
            .addSubcommand(
                new CommandLine(new EpochCommand()).addSubcommand(new EpochRaiseCommand(terminal)))
            .addSubcommand(
                new CommandLine(new PolicyCommand(terminal))
                    .addSubcommand(new PolicyOneRolloutCommand(terminal))
                    .addSubcommand(new PolicyBlackoutAddCommand(terminal))
                    .addSubcommand(new PolicyBlackoutRemoveCommand(terminal)))
            .addSubcommand(new DeployCommand(terminal))
            .addSubcommand(PlanCommand.line(terminal))
            .addSubcommand(new ExperimentCommand(terminal))
            .addSubcommand(new PromoteCommand(terminal))
            .addSubcommand(new WatchCommand(terminal))
            .addSubcommand(new RollbackCommand(terminal))
            .addSubcommand(new CompareCommand(terminal))
            .addSubcommand(new CompletionCommand(terminal))
            .addSubcommand(
                new CommandLine(new AuditCommand(terminal))
                    .addSubcommand(new AuditVerifyCommand(terminal)))
            .addSubcommand(new EventsCommand(terminal))
            .addSubcommand(
                new CommandLine(new TokenCommand())
                    .addSubcommand(new TokenCreateCommand(terminal))
                    .addSubcommand(new TokenListCommand(terminal))
                    .addSubcommand(new TokenRotateCommand(terminal))
                    .addSubcommand(new TokenRevokeCommand(terminal)))
            .addSubcommand(
                new CommandLine(new KeyCommand())
                    .addSubcommand(new KeyCreateCommand(terminal))
                    .addSubcommand(new KeyListCommand(terminal)))
            .addSubcommand(new EnrollCommand(terminal))
            .addSubcommand(new HelpCommand());
    line.setCommandName(terminal.command());
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (problem, arguments) -> usageProblem(problem, List.of(arguments)));
    line.setExecutionExceptionHandler(
        (problem, command, parsed) -> failed(problem, command, parsed.originalArgs()));
    return line;
  }

  /** One line instead of picocli's whole help text: the problem must not scroll away. */
  private static int usageProblem(ParameterException problem, List<String> arguments) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    if (isJsonWanted(arguments)) {
      String message = String.valueOf(problem.getMessage());
      err.println(CommandFailure.json(ExitCode.USAGE, message));
      return ExitCode.USAGE;
    }
    err.println(nameOf(command) + ": " + problem.getMessage());
    UnmatchedArgumentException.printSuggestions(problem, err);
    CommandSpec spec = command.getCommandSpec();
    err.println("Try '" + spec.qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  private static int failed(Exception problem, CommandLine command, List<String> arguments)
      throws Exception {
    if (problem instanceof CommandFailure failure) {
      PrintWriter err = command.getErr();
      err.println(
          isJsonWanted(arguments)
              ? failure.json().toString()
              : nameOf(command) + ": " + failure.getMessage());
      return failure.exitCode();
    }
    throw problem;
  }

  private static String nameOf(CommandLine command) {
    return command.getCommandSpec().root().name();
  }

  // The words as they are: where parsing failed there are no options yet.
  private static boolean isJsonWanted(List<String> arguments) {
    return arguments.contains("--json");
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Turnout.class.getPackage().getImplementationVersion();
      return new String[] {"turnout " + (version == null ? "(not packaged)" : version)};
    }
  }
}
