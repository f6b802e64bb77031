package dev.turnout.sample.demo;

import java.io.PrintStream;

/** Prints the story, and keeps count of what held and what did not. One thread only. */
final class Checks {
  private final PrintStream out;
  private final long startNanos = System.nanoTime();
  private int held;
  private int failed;

  Checks(PrintStream out) {
    this.out = out;
  }

  void step(int number, String title) {
    out.printf("%n== %d. %s%n", number, title);
  }

  /** Says something that is seen, not judged. */
  void say(String text) {
    out.println("   " + text);
  }

  void that(boolean condition, String claim) {
    if (condition) {
      held++;
      out.println("   [ok] " + claim);
    } else {
      failed(claim);
    }
  }

  void failed(String claim) {
    failed++;
    out.println("   [FAILED] " + claim);
  }

  boolean allHeld() {
    return failed == 0;
  }

  /** Prints the count and returns whether everything held. */
  boolean summary() {
    long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
    out.printf(
        "%n%s: %d checks held, %d failed, in %d s%n",
        failed == 0 ? "The story is true" : "NOT as told", held, failed, seconds);
    return failed == 0;
  }
}
