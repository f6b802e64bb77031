package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** A command that asks the control server for one thing and shows the answer. */
abstract class ClientCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final Connection connection = new Connection();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(names = "--json", description = "Print the server's answer, or its refusal, as JSON.")
  private boolean json;

  ClientCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  final Terminal terminal() {
    return terminal;
  }

  /**
   * Checks what can be checked without the server; a {@link CommandFailure} tells what is wrong.
   */
  void validate() {}

  /** Sends the request and returns the answer. */
  abstract JsonNode request(ControlApi api);

  /**
   * Returns what is shown, by one request unless a command has reasons to do it otherwise.
   *
   * @param api the server, which is not looked for before it is asked for
   */
  JsonNode answer(Supplier<ControlApi> api) {
    return request(api.get());
  }

  /** Prints the answer for people. */
  abstract void show(JsonNode answer, PrintWriter out);

  /** How a command ends that the server did not refuse. */
  int exitCode(JsonNode answer) {
    return ExitCode.DONE;
  }

  @Override
  public final Integer call() {
    validate();
    JsonNode answer = answer(() -> new ControlApi(connection.endpoint(terminal)));
    if (json) {
      terminal.out().println(answer.toPrettyString());
    } else {
      JsonNode printable = Words.printable(answer);
      show(printable, terminal.out());
      for (JsonNode warning : printable.path("warnings")) {
        terminal.warn(warning.asString(""));
      }
    }
    terminal.out().flush();
    return exitCode(answer);
  }
}
