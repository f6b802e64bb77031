package dev.turnout.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code turnout agent}. */
@Command(
    name = "agent",
    description = {
      "Shows what the agent of a JVM on this machine does: server, options, snapshot, flags,"
          + " gates, trips.",
      "Each time leaves a little in that JVM: what asks every minute had better read /status.json"
          + " on the agent's metrics-port."
    })
final class AgentCommand extends LocalCommand {
  AgentCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  String request() {
    return "status";
  }

  @Override
  String json(String answer) {
    return read(answer).toString();
  }

  // As another user's process wrote it, perhaps, or began to.
  private JsonNode read(String answer) {
    try {
      return Words.printable(JsonMapper.shared().readTree(answer));
    } catch (JacksonException e) {
      throw LocalJvm.unanswered(pid());
    }
  }

  @Override
  void show(String answer) {
    PrintWriter out = terminal().out();
    JsonNode status = read(answer);
    out.printf(
        "service %s, instance %s, agent %s%n",
        status.path("service").asString("-"),
        status.path("instance").asString("-"),
        status.path("version").asString("-"));
    if (status.path("metrics_url").isString()) {
      out.printf("metrics port %s%n", status.path("metrics_url").asString("-"));
    }
    if (status.has("server")) {
      server(status.path("server"), out);
    }
    JsonNode snapshot = status.path("snapshot");
    if (snapshot.path("age_seconds").isNumber()) {
      out.printf(
          "snapshot %d:%d, %d s old%n",
          snapshot.path("epoch").asLong(0),
          snapshot.path("revision").asLong(0),
          snapshot.path("age_seconds").asLong(0));
    } else {
      out.println("no snapshot of a server so far");
    }
    if (snapshot.path("expired").asBoolean(false)) {
      out.printf(
          "the snapshot was valid until %s and stays in force%n",
          snapshot.path("valid_until").asString("-"));
    }
    for (JsonNode refused : snapshot.path("refused")) {
      out.printf(
          "refused snapshot %d:%d, %d times, last %s: %s%n",
          refused.path("epoch").asLong(0),
          refused.path("revision").asLong(0),
          refused.path("times").asLong(0),
          refused.path("at").asString("-"),
          refused.path("reason").asString("-"));
    }
    JsonNode kept = status.path("state_directory");
    if (kept.path("problem").isString()) {
      out.printf(
          "state-directory %s cannot be used: %s%n",
          kept.path("path").asString("-"), kept.path("problem").asString("-"));
    }
    options(status.path("options"), out);
    flags(status.path("flags"), out);
    gates(status.path("gates"), out);
    for (JsonNode line : status.path("unmet")) {
      out.println("unmet: " + line.asString("-"));
    }
    status
        .path("beyond_bounds")
        .properties()
        .forEach(
            beyond -> {
              if (beyond.getValue().asLong(0) > 0) {
                out.printf(
                    "%d more %s are not told apart%n",
                    beyond.getValue().asLong(0), beyond.getKey());
              }
            });
    for (JsonNode trip : status.path("trips")) {
      out.printf(
          "tripped %s: %s, %s%n",
          trip.path("at").asString("-"),
          trip.path("flag").asString("-"),
          trip.path("what").asString("-"));
    }
  }

  private static void server(JsonNode server, PrintWriter out) {
    JsonNode age = server.path("contact_age_seconds");
    out.printf(
        "server %s, %s, stream %s%n",
        server.path("url").asString("-"),
        age.isNumber() ? "last contact " + age.asLong(0) + " s ago" : "no contact so far",
        server.path("stream").asString("-"));
    if (server.path("problem").isString()) {
      out.printf("problem with the server: %s%n", server.path("problem").asString("-"));
    }
  }

  private static void options(JsonNode options, PrintWriter out) {
    Table table = new Table("OPTION", "VALUE", "FROM");
    options
        .properties()
        .forEach(
            option -> {
              String origin = option.getValue().path("origin").asString("-");
              if (!origin.equals("default")) {
                table.row(option.getKey(), option.getValue().path("value").asString("-"), origin);
              }
            });
    table.print(out);
  }

  private static void flags(JsonNode flags, PrintWriter out) {
    if (flags.isEmpty()) {
      return;
    }
    Table table = new Table("FLAG", "STATE", ">PERCENT", ">NEW", ">FALLBACK", "PINNED BY");
    for (JsonNode flag : flags) {
      table.row(
          flag.path("name").asString("-"),
          flag.path("state").asString("-"),
          share(flag),
          flag.path("new").path("calls").asString("-"),
          flag.path("fallback").path("calls").asString("-"),
          flag.path("pinned_by").asString(""));
      flag.path("variants")
          .properties()
          .forEach(
              variant ->
                  table.row(
                      "  variant " + variant.getKey(),
                      "",
                      "",
                      variant.getValue().path("calls").asString("-"),
                      "",
                      ""));
    }
    table.print(out);
  }

  private static String share(JsonNode flag) {
    if (!flag.has("rings")) {
      return flag.path("percentage").asString("-");
    }
    String rings = Words.shares(flag.path("rings"));
    return "by rings: " + (rings.isEmpty() ? "none" : rings);
  }

  private static void gates(JsonNode gates, PrintWriter out) {
    if (gates.isEmpty()) {
      out.println("no gate so far");
      return;
    }
    Table table = new Table("GATE", "FLAG", "WIRED", "DECISION", "PROBLEM");
    for (JsonNode gate : gates) {
      table.row(
          gate.path("method").asString("-"),
          gate.path("flag").asString("-"),
          Words.yesNo(gate.path("wired")),
          gate.path("decision").asString(""),
          gate.path("problem").asString(""));
    }
    table.print(out);
  }
}
