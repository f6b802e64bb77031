package dev.turnout.sample.demo;

import dev.turnout.sample.traffic.TrafficGenerator;
import dev.turnout.sample.traffic.TrafficPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The command {@code ./demo}. Whatever way it ends, its shutdown hook takes the processes it
 * started and the directory they wrote to with it.
 */
public final class Demo {
  private static final String HELP =
      """
      Usage: ./demo [--once]
        Starts a control server and two game services under the Turnout agent, lets
        300 users play, and walks through seven steps, each checked against what the
        services report. Then it stays up for you to try things; Ctrl-C ends it all.
        --once  no pauses, and end after the last step: exit code 0 if each step held""";

  private Demo() {}

  public static void main(String[] arguments) throws IOException {
    List<String> given = List.of(arguments);
    if (given.equals(List.of("--help")) || given.equals(List.of("-h"))) {
      System.out.println(HELP);
    } else if (given.isEmpty() || given.equals(List.of("--once"))) {
      // Never by returning: a thread of the traffic must not keep the demo alive.
      System.exit(run(!given.isEmpty()) ? 0 : 1);
    } else {
      System.err.println(HELP);
      System.exit(2);
    }
  }

  private static boolean run(boolean once) throws IOException {
    Path directory = Files.createTempDirectory("turnout-demo");
    Children children = new Children(directory);
    Runtime.getRuntime().addShutdownHook(new Thread(children::endAll, "demo-clean-up"));
    Checks checks = new Checks(System.out);
    try {
      Stage stage = Stage.open(Path.of("").toAbsolutePath(), directory, children);
      TrafficPlan plan = TrafficPlan.against(stage.gameUrls());
      try (TrafficGenerator traffic = TrafficGenerator.start(plan)) {
        LiveTable table = new LiveTable(stage.control(), System.out);
        new Story(stage, plan, traffic, table, checks, once).tell();
        if (!once) {
          stage.printWhatToTry(System.out);
          table.showUntilInterrupted();
        }
      }
    } catch (StepFailed e) {
      failed(checks, children, e.getMessage());
    } catch (InterruptedException e) {
      failed(checks, children, "interrupted");
    } catch (IOException | RuntimeException e) {
      failed(checks, children, "the demo itself failed: " + e);
    }
    if (children.ending()) {
      return false;
    }
    if (!checks.allHeld()) {
      children.printLogTails(System.out);
    }
    return checks.summary();
  }

  /** After Ctrl-C everything fails, which says nothing about the story. */
  private static void failed(Checks checks, Children children, String claim) {
    if (!children.ending()) {
      checks.failed(claim);
    }
  }
}
