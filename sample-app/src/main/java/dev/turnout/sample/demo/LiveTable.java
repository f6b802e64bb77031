package dev.turnout.sample.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * Each flag on each instance, as the control server knows it. On a terminal it is drawn again and
 * again in one place; anywhere else it is printed at the end of each step only.
 */
final class LiveTable {
  private static final long REDRAW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String ROW = "   %-12s %-9s %-26s %-8s %7s %7s %7s %15s %15s";

  private final ControlRoom control;
  private final PrintStream out;
  private final boolean terminal = System.console() != null;
  private final Map<String, Counts> before = new HashMap<>();
  private long drawnNanos = System.nanoTime();
  private int linesDrawn;

  private record Counts(long fresh, long errors, long fallback) {
    static Counts of(JsonNode instance) {
      return new Counts(
          instance.path("new").path("calls").asLong(0),
          instance.path("new").path("errors").asLong(0),
          instance.path("fallback").path("calls").asLong(0));
    }

    /** Smaller numbers than before are those of a new process. */
    Counts since(Counts earlier) {
      return fresh < earlier.fresh || fallback < earlier.fallback
          ? this
          : new Counts(fresh - earlier.fresh, errors - earlier.errors, fallback - earlier.fallback);
    }
  }

  LiveTable(ControlRoom control, PrintStream out) {
    this.control = control;
    this.out = out;
  }

  /** From here on, calls are counted anew. */
  void mark() {
    before.clear();
    try {
      for (JsonNode flag : control.status().path("flags")) {
        for (JsonNode instance : flag.path("instances")) {
          before.put(key(flag, instance), Counts.of(instance));
        }
      }
    } catch (IOException e) {
      // Without a server there is nothing to mark; the table is about to say so.
    }
  }

  /** Draws the table again, if there is a terminal and it is time. */
  void tick() {
    if (terminal && System.nanoTime() - drawnNanos > REDRAW_NANOS) {
      clear();
      List<String> lines = lines();
      // Not wrapped in a narrow terminal: a line must stay one line for clear() to be right.
      out.print("\033[?7l");
      lines.forEach(out::println);
      out.print("\033[?7h");
      linesDrawn = lines.size();
      drawnNanos = System.nanoTime();
    }
  }

  /** Takes the drawn table away, so that the story goes on in its place. */
  void clear() {
    if (linesDrawn > 0) {
      out.printf("\033[%dA\033[J", linesDrawn);
      linesDrawn = 0;
    }
  }

  /** Prints the table for good. */
  void print() {
    clear();
    lines().forEach(out::println);
  }

  void showUntilInterrupted() throws InterruptedException {
    while (true) {
      mark();
      for (int second = 0; second < 10; second++) {
        Thread.sleep(1_000);
        tick();
      }
    }
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        ROW.formatted(
            "FLAG",
            "STATE",
            "ROLLOUT",
            "INSTANCE",
            "NEW",
            "CALLS",
            "ERRORS",
            "NEW p50/p99",
            "FALLBACK"));
    try {
      for (JsonNode flag : control.status().path("flags")) {
        for (JsonNode instance : flag.path("instances")) {
          lines.add(row(flag, instance));
        }
      }
    } catch (IOException e) {
      lines.add("   the control server does not answer");
    }
    return lines;
  }

  private String row(JsonNode flag, JsonNode instance) {
    Counts earlier = before.getOrDefault(key(flag, instance), new Counts(0, 0, 0));
    Counts counts = Counts.of(instance).since(earlier);
    long calls = counts.fresh() + counts.fallback();
    return ROW.formatted(
        flag.path("name").asString("").replace(Stage.FLAG_PREFIX, "…"),
        flag.path("state").asString(""),
        rollout(flag),
        instance.path("instance").asString(""),
        percent(counts.fresh(), calls),
        calls,
        percent(counts.errors(), counts.fresh()),
        latency(instance.path("new")),
        latency(instance.path("fallback")));
  }

  private static String key(JsonNode flag, JsonNode instance) {
    return flag.path("name").asString("") + "/" + instance.path("instance").asString("");
  }

  private static String rollout(JsonNode flag) {
    if (!flag.path("strategy").asString("").equals("ring")) {
      return flag.path("percentage").asString("") + " %";
    }
    StringJoiner rings = new StringJoiner(" ");
    flag.path("rings")
        .properties()
        .forEach(ring -> rings.add(ring.getKey() + ":" + ring.getValue().asString("")));
    return rings.toString();
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  private static String latency(JsonNode path) {
    JsonNode median = path.path("p50_ms");
    JsonNode tail = path.path("p99_ms");
    return median.isNumber() && tail.isNumber()
        ? String.format(Locale.ROOT, "%.2f/%.2f ms", median.asDouble(), tail.asDouble())
        : "-";
  }
}
