package dev.turnout.agent.jul;

import dev.turnout.agent.AgentLog;
import org.jspecify.annotations.Nullable;

/** Passes warnings and worse on to the agent's own log and drops the rest. */
public final class Logger {
  private final String name;

  private Logger(String name) {
    this.name = name;
  }

  public static Logger getLogger(String name) {
    return new Logger(name);
  }

  public String getName() {
    return name;
  }

  public boolean isLoggable(Level level) {
    return level.compareTo(Level.WARNING) >= 0;
  }

  public void log(Level level, String message) {
    log(level, message, null);
  }

  public void log(LogRecord entry) {
    log(entry.level, entry.message, entry.thrown);
  }

  public void log(Level level, String message, @Nullable Throwable thrown) {
    if (isLoggable(level)) {
      AgentLog.line(name + ": " + message + (thrown == null ? "" : ": " + thrown));
    }
  }

  public void fine(String message) {
    log(Level.FINE, message);
  }

  public void warning(String message) {
    log(Level.WARNING, message);
  }
}
