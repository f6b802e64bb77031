package dev.turnout.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command about the agent of one JVM on this machine. */
abstract class LocalCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "PID", description = "The process id of the JVM.")
  private String pid = "";

  @Option(
      names = "--agent-jar",
      paramLabel = "FILE",
      description = "The agent's jar; default: the one that was built with this command.")
  private String agentJar = "";

  // Read by picocli.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  LocalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What the agent is asked. */
  abstract String request();

  /** Shows what it said. */
  void show(String answer) {
    terminal.out().println(answer);
  }

  Terminal terminal() {
    return terminal;
  }

  @Override
  public Integer call() {
    if (!pid.matches("[0-9]{1,10}")) {
      throw new CommandFailure(
          ExitCode.USAGE, "PID must be the number of a process, not \"" + pid + "\"");
    }
    show(LocalJvm.by(agentJar).ask(pid, request()));
    return ExitCode.DONE;
  }
}
