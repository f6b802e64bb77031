package dev.turnout.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;

/** A terminal inside the test's JVM, in a world with nothing in it but what the test puts there. */
final class TestTerminal {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;
  private Map<String, String> environment = Map.of();
  private Keyboard keyboard = Keyboard.NONE;
  private boolean screen;
  private Stopwatch stopwatch = Stopwatch.SYSTEM;

  /**
   * A terminal that nobody sits at.
   *
   * @param directory the working directory, and the home directory too
   */
  TestTerminal(Path directory) {
    this.directory = directory;
  }

  TestTerminal with(Map<String, String> environment) {
    this.environment = environment;
    return this;
  }

  TestTerminal with(Keyboard keyboard) {
    this.keyboard = keyboard;
    return this;
  }

  TestTerminal with(Stopwatch stopwatch) {
    this.stopwatch = stopwatch;
    return this;
  }

  TestTerminal withScreen(boolean screen) {
    this.screen = screen;
    return this;
  }

  /** What was printed so far; the command may be running still. */
  String out() {
    return out.toString();
  }

  /** Runs the command, once for each terminal. */
  CommandRun run(String... words) {
    Terminal terminal =
        new Terminal(
            new PrintWriter(out),
            new PrintWriter(err, true),
            environment,
            directory,
            directory,
            Terminal.COMMAND,
            keyboard,
            screen,
            stopwatch);
    int exitCode = Turnout.commandLine(terminal).execute(words);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
