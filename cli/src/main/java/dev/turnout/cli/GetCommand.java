package dev.turnout.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout get [NAME]}. */
@Command(name = "get", description = "Shows one flag, or all of them.")
final class GetCommand extends ClientCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The flag's name.")
  private @Nullable String name;

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    if (name != null) {
      Arguments.flagName(name);
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get("/feature-flags" + (name == null ? "" : "/" + ControlApi.segment(name)));
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    if (name == null) {
      showAll(answer, out);
    } else {
      showOne(answer, out);
    }
  }

  private static void showAll(JsonNode answer, PrintWriter out) {
    Table table = new Table("FLAG", "STATE", "ROLLOUT", "FROZEN", "DEPENDS ON", ">REVISION");
    for (JsonNode flag : answer.path("flags")) {
      table.row(
          flag.path("name").asString(""),
          Words.state(flag),
          Words.rollout(flag),
          Words.yesNo(flag.path("frozen")),
          Words.list(flag.path("dependencies")),
          Long.toString(flag.path("revision").asLong(0)));
    }
    table.print(out);
  }

  private static void showOne(JsonNode flag, PrintWriter out) {
    JsonNode canary = flag.path("canary");
    out.println(flag.path("name").asString(""));
    line(out, "description", flag.path("description").asString(""));
    line(out, "state", Words.state(flag));
    line(out, "stop", Words.stop(flag));
    line(out, "enabled", Words.yesNo(flag.path("enabled")));
    line(out, "frozen", Words.yesNo(flag.path("frozen")));
    line(out, "strategy", flag.path("strategy").asString(""));
    line(out, "percentage", Words.percent(flag.path("percentage")));
    line(out, "rings", Words.shares(flag.path("rings")));
    line(out, "ladder", Words.steps(flag.path("ladder")));
    line(out, "variants", Words.shares(flag.path("variants")));
    line(out, "canary servers", Words.list(canary.path("servers")));
    line(out, "canary regions", Words.list(canary.path("regions")));
    line(out, "canary users", Words.list(canary.path("users")));
    line(out, "depends on", Words.list(flag.path("dependencies")));
    line(out, "sticky by", flag.path("stickiness").asString(""));
    line(out, "bucketing", flag.path("bucketing").asString(""));
    line(out, "bucketing key", flag.path("bucketing_key").asString(""));
    line(out, "bucketing salt", flag.path("bucketing_salt").asString(""));
    line(out, "of variants", flag.path("variant_bucketing").asString(""));
    for (JsonNode limit : flag.path("limits")) {
      line(
          out,
          "limit",
          limit.path("metric").asString("")
              + " > "
              + limit.path("above").asString("")
              + " within "
              + limit.path("window").asString("")
              + ", from "
              + limit.path("min_calls").asString("")
              + " calls, for "
              + limit.path("for").asString("0s"));
    }
    line(out, "revision", Long.toString(flag.path("revision").asLong(0)));
  }

  private static void line(PrintWriter out, String label, String value) {
    if (!value.isEmpty() && !value.equals("-")) {
      out.printf("  %-15s %s%n", label, value);
    }
  }
}
