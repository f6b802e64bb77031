package dev.turnout.agent.jul;

import org.jspecify.annotations.Nullable;

/** One message of a library. */
public final class LogRecord {
  final Level level;
  final String message;
  @Nullable Throwable thrown;

  public LogRecord(Level level, String message) {
    this.level = level;
    this.message = message;
  }

  public void setThrown(@Nullable Throwable value) {
    thrown = value;
  }

  /** Not kept: the logger knows its name. */
  @SuppressWarnings("UnusedVariable") // the shape is the original's
  public void setLoggerName(String name) {}

  /** Not kept: a line for the person on call has no use for it. */
  @SuppressWarnings("UnusedVariable") // the shape is the original's
  public void setSourceClassName(String name) {}

  /** Not kept: a line for the person on call has no use for it. */
  @SuppressWarnings("UnusedVariable") // the shape is the original's
  public void setSourceMethodName(String name) {}
}
