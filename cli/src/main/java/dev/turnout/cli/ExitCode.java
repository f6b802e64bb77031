package dev.turnout.cli;

/** What the command's exit tells a script; documented in the command's help. */
final class ExitCode {
  static final int DONE = 0;
  static final int REFUSED = 1;
  static final int USAGE = 2;
  static final int UNREACHABLE = 3;
  static final int NOT_FOUND = 4;
  static final int NOT_AUTHORISED = 5;
  static final int NOT_WHOLE = 6;

  private ExitCode() {}

  static String title(int exitCode) {
    return switch (exitCode) {
      case USAGE -> "Wrong usage";
      case UNREACHABLE -> "No server, or no process, could be reached";
      case NOT_FOUND -> "Not found";
      case NOT_AUTHORISED -> "Not authorised";
      default -> "Refused";
    };
  }
}
