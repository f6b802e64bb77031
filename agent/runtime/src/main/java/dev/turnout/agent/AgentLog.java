package dev.turnout.agent;

/**
 * What the agent says to the person on call: one line each on standard error, which every
 * deployment collects and no logging library of the application owns.
 */
public final class AgentLog {
  private AgentLog() {}

  /** Prints one line. Line breaks in it are made visible, so that nobody can forge a second one. */
  public static void line(String message) {
    System.err.println("[turnout] " + message.replace("\r", "\\r").replace("\n", "\\n"));
  }
}
