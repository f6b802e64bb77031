package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code turnout status}. */
@Command(name = "status", description = "Shows every flag, and what each instance measures of it.")
final class StatusCommand extends ClientCommand {
  StatusCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/status.json");
  }

  @Override
  void show(JsonNode status, PrintWriter out) {
    print(status, out);
  }

  /** Prints the server's {@code /status.json} for people. */
  static void print(JsonNode status, PrintWriter out) {
    JsonNode agents = status.path("agents");
    out.println(
        "environment "
            + status.path("env").asString("?")
            + ", revision "
            + status.path("revision").asString("?")
            + ", canary mode "
            + (status.path("canary").path("mode").asBoolean(false) ? "on" : "off")
            + ", "
            + agents.path("connected").asString("0")
            + " agents connected, "
            + agents.path("behind").asString("0")
            + " behind"
            + ahead(agents.path("ahead").asLong(0)));
    Table table =
        new Table(
            "FLAG",
            "STATE",
            "ROLLOUT",
            "INSTANCE",
            ">NEW",
            ">CALLS",
            ">ERRORS",
            ">NEW p50/p99 ms",
            ">FALLBACK p50/p99 ms");
    for (JsonNode flag : status.path("flags")) {
      addRows(flag, table);
    }
    table.print(out);
    for (JsonNode flag : status.path("flags")) {
      String stop = Words.stop(flag);
      if (!stop.isEmpty()) {
        out.println(flag.path("name").asString("") + " " + stop);
      }
    }
  }

  // Looks like peace otherwise: whoever is ahead does not follow, and is not behind.
  private static String ahead(long count) {
    return count == 0
        ? ""
        : ", "
            + count
            + " ahead: they refuse this server's snapshots; if its store was restored, raise the"
            + " epoch (turnout epoch raise)";
  }

  private static void addRows(JsonNode flag, Table table) {
    String name = flag.path("name").asString("");
    String state = Words.state(flag) + (flag.path("frozen").asBoolean(false) ? ", frozen" : "");
    JsonNode instances = flag.path("instances");
    if (instances.isEmpty()) {
      table.row(name, state, Words.rollout(flag), "-", "-", "-", "-", "-", "-");
    }
    for (JsonNode instance : instances) {
      JsonNode fresh = instance.path("new");
      JsonNode fallback = instance.path("fallback");
      long newCalls = fresh.path("calls").asLong(0);
      long calls = newCalls + fallback.path("calls").asLong(0);
      table.row(
          name,
          instance.path("tripped_here").asBoolean(false) ? state + ", tripped here" : state,
          Words.rollout(flag),
          instance.path("service").asString("-") + "/" + instance.path("instance").asString("-"),
          Words.share(newCalls, calls),
          Long.toString(calls),
          Words.share(fresh.path("errors").asLong(0), newCalls),
          Words.latencies(fresh),
          Words.latencies(fallback));
      instance
          .path("variants")
          .properties()
          .forEach(variant -> addVariant(variant.getKey(), variant.getValue(), calls, table));
    }
  }

  // Below its instance, as a part of what that one's new path did.
  private static void addVariant(String name, JsonNode variant, long callsOfAll, Table table) {
    long calls = variant.path("calls").asLong(0);
    table.row(
        "",
        "",
        "",
        "  variant " + name,
        Words.share(calls, callsOfAll),
        Long.toString(calls),
        Words.share(variant.path("errors").asLong(0), calls),
        Words.latencies(variant),
        "");
  }
}
