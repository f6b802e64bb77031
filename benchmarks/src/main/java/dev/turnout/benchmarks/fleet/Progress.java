package dev.turnout.benchmarks.fleet;

import java.util.Locale;

/** What is being done now, for whoever waits; on stderr, so that the figures stay apart. */
final class Progress {
  private Progress() {}

  static void say(String format, Object... arguments) {
    System.err.println("fleet: " + String.format(Locale.ROOT, format, arguments));
  }
}
