package dev.turnout.cli;

import dev.turnout.flags.Percentage;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells how a deployment is getting on: on a terminal with one line that is drawn anew, elsewhere
 * with a line now and then, or with one JSON object to a line.
 */
final class DeployProgress {
  /** How often a line is printed where none can be drawn anew. */
  static final Duration LINE_EVERY = Duration.ofMinutes(10);

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean screen;
  private final boolean json;
  private long lastLine;
  private boolean holding;

  DeployProgress(Terminal terminal, boolean json) {
    out = terminal.out();
    screen = terminal.screen() && !json;
    this.json = json;
  }

  /** All flags are at the share now, or were beyond it. */
  void step(Percentage share, Iterable<String> raised, @Nullable Long revision) {
    endLine();
    if (json) {
      ObjectNode event = event("step", share);
      ArrayNode names = event.putArray("raised");
      raised.forEach(names::add);
      event.put("revision", revision);
      out.println(event);
    } else {
      String names = String.join(", ", raised);
      out.println(
          share
              + ": "
              + (names.isEmpty() ? "nothing to raise" : names)
              + (revision == null ? "" : " (revision " + revision + ")"));
    }
    out.flush();
    holding = false;
  }

  /**
   * A look found nothing wrong, or could not be had.
   *
   * @param nanos the stopwatch
   * @param problem why nothing could be seen; null if it could
   */
  void holding(
      Percentage share,
      Duration left,
      StepWatch.Counts seen,
      long nanos,
      @Nullable String problem) {
    if (!screen && holding && problem == null && nanos - lastLine < LINE_EVERY.toNanos()) {
      return;
    }
    lastLine = nanos;
    holding = true;
    if (json) {
      out.println(
          event("hold", share)
              .put("left_seconds", left.toSeconds())
              .put("calls", seen.calls())
              .put("errors", seen.errors())
              .put("problem", problem));
    } else {
      String line =
          "  holding "
              + share
              + ", "
              + Words.duration(Duration.ofSeconds(left.toSeconds()))
              + " left; new path: "
              + seen.calls()
              + " calls, "
              + seen.errors()
              + " errors"
              + (problem == null ? "" : "; " + problem + ", trying again");
      if (screen) {
        out.print(CLEAR_LINE + line);
      } else {
        out.println(line);
      }
    }
    out.flush();
  }

  /** The last step is done. */
  void done(Percentage share) {
    endLine();
    if (json) {
      out.println(event("done", share));
    } else {
      out.println("done: " + share);
    }
    out.flush();
  }

  /** Nothing more comes. */
  void endLine() {
    if (screen && holding) {
      out.println();
      out.flush();
    }
    holding = false;
  }

  private static ObjectNode event(String name, Percentage share) {
    return ControlApi.object().put("event", name).put("percentage", share.percent());
  }
}
