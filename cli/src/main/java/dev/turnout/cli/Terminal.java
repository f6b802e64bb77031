package dev.turnout.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What a command knows of the world around it.
 *
 * @param environment the environment variables
 * @param directory what relative paths are relative to
 * @param home the person's home directory
 * @param command the name that the command was called by
 * @param keyboard where a person answers
 * @param screen whether the standard output is a terminal, on which lines can be drawn anew
 * @param stopwatch the time that passes
 */
record Terminal(
    PrintWriter out,
    PrintWriter err,
    Map<String, String> environment,
    Path directory,
    Path home,
    String command,
    Keyboard keyboard,
    boolean screen,
    Stopwatch stopwatch) {
  static final String COMMAND = "turnout";

  /** A terminal that nobody sits at. */
  Terminal(
      PrintWriter out,
      PrintWriter err,
      Map<String, String> environment,
      Path directory,
      Path home) {
    this(
        out,
        err,
        environment,
        directory,
        home,
        COMMAND,
        Keyboard.NONE,
        /* screen= */ false,
        Stopwatch.SYSTEM);
  }

  static Terminal system() {
    // Since Java 18 the default charset is UTF-8 whatever the terminal's is.
    Charset charset =
        Charset.forName(
            System.getProperty("stdout.encoding", System.getProperty("native.encoding", "UTF-8")));
    // Told by the launcher: Java has no way to ask of each stream that is the same in 17 and later.
    Set<String> terminals = Set.of(System.getProperty("turnout.terminal", "").split(","));
    return new Terminal(
        new PrintWriter(System.out, true, charset),
        new PrintWriter(System.err, true, charset),
        System.getenv(),
        Path.of(""),
        homeOf(System.getenv()),
        System.getProperty("turnout.command", COMMAND),
        terminals.contains("in") ? Keyboard.of(System.in) : Keyboard.NONE,
        terminals.contains("out"),
        Stopwatch.SYSTEM);
  }

  // The variable first: Java looks the home up by the user's id, which a container may not know.
  static Path homeOf(Map<String, String> environment) {
    String home = environment.get("HOME");
    return Path.of(home == null || home.isBlank() ? System.getProperty("user.home", ".") : home);
  }

  /**
   * Asks a yes-or-no question, on the standard error; anything but a yes is a no. Where nobody sits
   * at the terminal, nobody is asked.
   *
   * @throws CommandFailure if the answer is no
   */
  void confirm(String question) {
    if (!keyboard.isPresent()) {
      return;
    }
    err.print(question + " [y/N] ");
    err.flush();
    String answer = keyboard.line().strip();
    if (!answer.equalsIgnoreCase("y") && !answer.equalsIgnoreCase("yes")) {
      throw new CommandFailure(ExitCode.REFUSED, "nothing was changed");
    }
  }

  /** Prints a warning, on the standard error. */
  void warn(String text) {
    err.println(command + ": warning: " + Words.oneLine(text));
  }
}
