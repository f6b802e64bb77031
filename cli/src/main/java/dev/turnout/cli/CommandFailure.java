package dev.turnout.cli;

/** Ends a command with one line for people and an exit code for scripts. Never holds a token. */
final class CommandFailure extends RuntimeException {
  private final int exitCode;

  CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
