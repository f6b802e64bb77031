package dev.turnout.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code turnout completion bash|zsh}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that has the shell complete this command's words.",
    footer = {
      "",
      "For this shell, and for all to come:",
      "  source <(${COMMAND-FULL-NAME} bash)",
      "  echo 'source <(${COMMAND-FULL-NAME} bash)' >> ~/.bashrc",
    })
final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;

  // Injected by picocli.
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "bash|zsh",
      description = "The shell: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.BASH;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The shells; zsh loads its emulation of bash's completion in the script. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return this == BASH ? "bash" : "zsh";
    }
  }

  @Override
  public Integer call() {
    terminal.out().println(AutoComplete.bash(terminal.command(), spec.root().commandLine()));
    terminal.out().flush();
    return ExitCode.DONE;
  }
}
