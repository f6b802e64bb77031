package dev.turnout.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Ends a command with one line for people and an exit code for scripts. Never holds a token. */
final class CommandFailure extends RuntimeException {
  private final int exitCode;
  private final transient @Nullable ObjectNode problem;

  CommandFailure(int exitCode, String message) {
    this(exitCode, message, null);
  }

  /**
   * A refusal.
   *
   * @param problem the server's problem document; null if it sent none
   */
  CommandFailure(int exitCode, String message, @Nullable ObjectNode problem) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }

  /** The same failure with more to say. */
  CommandFailure with(String more) {
    String message = getMessage() + more;
    return new CommandFailure(
        exitCode, message, problem == null ? null : problem.deepCopy().put("detail", message));
  }

  /** The failure as a problem document: the server's, or one of our own. */
  ObjectNode json() {
    return problem != null ? problem : json(exitCode, String.valueOf(getMessage()));
  }

  static ObjectNode json(int exitCode, String detail) {
    return ControlApi.object()
        .put("type", "about:blank")
        .put("title", ExitCode.title(exitCode))
        .put("detail", detail);
  }

  int exitCode() {
    return exitCode;
  }
}
