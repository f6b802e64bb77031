package dev.turnout.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;

/** One run of the command inside the test's JVM, and what came of it. */
record CommandRun(int exitCode, String out, String err) {

  /** Runs in an empty world: no environment, {@code directory} as working and home directory. */
  static CommandRun in(Path directory, String... words) {
    return in(directory, Map.of(), words);
  }

  static CommandRun in(Path directory, Map<String, String> environment, String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new PrintWriter(out), new PrintWriter(err, true), environment, directory, directory);
    int exitCode = Turnout.commandLine(terminal).execute(words);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
