package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout compare NAME}. */
@Command(
    name = "compare",
    description = "Shows what a flag's two paths did, side by side: calls, errors, latencies.",
    footer = {
      "",
      "Calls count since each JVM started. Latencies are of calls that were timed, in",
      "milliseconds; those of all instances are of all their calls, no mean of means.",
    })
final class CompareCommand extends FlagCommand {
  CompareCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    for (JsonNode flag : api.get("/status.json").path("flags")) {
      if (flag.path("name").asString("").equals(name()) && flag instanceof ObjectNode found) {
        return found;
      }
    }
    throw new CommandFailure(ExitCode.NOT_FOUND, "there is no flag " + name());
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    super.show(flag, out);
    Table table =
        new Table("INSTANCE", "PATH", ">CALLS", ">SHARE", ">ERRORS", ">RATE", ">p50 ms", ">p99 ms");
    for (JsonNode instance : flag.path("instances")) {
      String name =
          instance.path("service").asString("-") + "/" + instance.path("instance").asString("-");
      addRows(
          instance.path("tripped_here").asBoolean(false) ? name + ", tripped" : name,
          instance,
          table);
    }
    JsonNode total = flag.path("total");
    addRows("all", total, table);
    table.print(out);
    if (flag.path("instances").isEmpty()) {
      out.println("no instance has reported this flag yet");
    }
    out.println(difference(total.path("new"), total.path("fallback")));
  }

  private static void addRows(String name, JsonNode paths, Table table) {
    long calls = calls(paths.path("new")) + calls(paths.path("fallback"));
    addRow(name, "new", paths.path("new"), calls, table);
    paths
        .path("variants")
        .properties()
        .forEach(variant -> addRow("", "  " + variant.getKey(), variant.getValue(), calls, table));
    addRow("", "fallback", paths.path("fallback"), calls, table);
  }

  private static void addRow(
      String name, String path, JsonNode counts, long callsOfAll, Table table) {
    table.row(
        name,
        path,
        Long.toString(calls(counts)),
        Words.share(calls(counts), callsOfAll),
        Long.toString(counts.path("errors").asLong(0)),
        Words.share(counts.path("errors").asLong(0), calls(counts)),
        Words.millis(counts.path("p50_ms")),
        Words.millis(counts.path("p99_ms")));
  }

  private static long calls(JsonNode counts) {
    return counts.path("calls").asLong(0);
  }

  private static String difference(JsonNode fresh, JsonNode fallback) {
    if (calls(fresh) == 0 || calls(fallback) == 0) {
      return "one of the paths has no calls: there is nothing to compare yet";
    }
    double points = 100 * (errorRate(fresh) - errorRate(fallback));
    return String.format(Locale.ROOT, "new against fallback: errors %+.1f points", points)
        + ratio("p50", fresh.path("p50_ms"), fallback.path("p50_ms"))
        + ratio("p99", fresh.path("p99_ms"), fallback.path("p99_ms"));
  }

  private static double errorRate(JsonNode counts) {
    return counts.path("errors").asDouble(0) / calls(counts);
  }

  private static String ratio(String name, JsonNode fresh, JsonNode fallback) {
    return fresh.isNumber() && fallback.isNumber() && fallback.asDouble() > 0
        ? String.format(Locale.ROOT, ", %s x%.2f", name, fresh.asDouble() / fallback.asDouble())
        : "";
  }
}
