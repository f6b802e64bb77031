package dev.turnout.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command about the agent of one JVM on this machine. */
abstract class LocalCommand implements Callable<Integer> {
  private static final int LONGEST_SECONDS = 86_400;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "PID", description = "The process id of the JVM.")
  private String pid = "";

  @Option(
      names = "--agent-jar",
      paramLabel = "FILE",
      description = "The agent's jar; default: the one that was built with this command.")
  private String agentJar = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long the JVM may take to answer, 1 to 86400; default ${DEFAULT-VALUE}.")
  private int timeout = 60;

  @Option(names = "--json", description = "Print the answer, or the refusal, as JSON.")
  private boolean json;

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

  /** Shows what it said: the JVM may be another user's, and say more than words. */
  void show(String answer) {
    terminal.out().println(Words.oneLine(answer));
  }

  /** What it said, as JSON. */
  String json(String answer) {
    return ControlApi.object().put("pid", Long.parseLong(pid)).put("answer", answer).toString();
  }

  String pid() {
    return pid;
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
    if (timeout < 1 || timeout > LONGEST_SECONDS) {
      throw new CommandFailure(
          ExitCode.USAGE, "--timeout must be 1 to " + LONGEST_SECONDS + " seconds, not " + timeout);
    }
    String answer = LocalJvm.by(agentJar).ask(pid, request(), Duration.ofSeconds(timeout));
    if (json) {
      terminal.out().println(json(answer));
    } else {
      show(answer);
    }
    return ExitCode.DONE;
  }
}
