package dev.turnout.agent.jul;

/** How much a library's message matters. */
public enum Level {
  FINEST,
  FINE,
  INFO,
  WARNING,
  SEVERE
}
