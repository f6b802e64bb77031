package example;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Stands for a class of a library that logs with the JDK. */
public final class UsesLogging {
  /** A string that looks like the package, and must stay as it is. */
  public static final String LOGGER_NAME = "java.util.logging.example";

  private UsesLogging() {}

  /** Logs. */
  public static void log() {
    Logger.getLogger(LOGGER_NAME).log(Level.INFO, "hello");
  }
}
