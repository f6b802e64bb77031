package dev.turnout.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout audit}. */
@Command(
    name = "audit",
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Shows who changed what, when and why, newest first.")
final class AuditCommand extends ClientCommand {
  @Option(names = "--flag", paramLabel = "FLAG", description = "About this flag only.")
  private @Nullable String flag;

  @Option(names = "--actor", paramLabel = "TOKEN", description = "By the token of this name only.")
  private @Nullable String actor;

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      description = "This action only, such as kill, update or create-token.")
  private @Nullable String action;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "From 2026-01-01T10:00:00Z on, or so long ago: 30m, 12h, 7d.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Before that time, likewise.")
  private @Nullable String until;

  @Option(
      names = "--before",
      paramLabel = "NUMBER",
      description = "Entries with a lower number only, to go on from an earlier answer.")
  private @Nullable String before;

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      defaultValue = "100",
      description = "How many entries at most, up to 1000 (${DEFAULT-VALUE}).")
  private String limit = "";

  AuditCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    StringBuilder path = new StringBuilder("/audit?limit=").append(ControlApi.segment(limit));
    add(path, "flag", flag);
    add(path, "actor", actor);
    add(path, "action", action);
    add(path, "since", since);
    add(path, "until", until);
    add(path, "before", before);
    return api.get(path.toString());
  }

  private static void add(StringBuilder path, String name, @Nullable String value) {
    if (value != null) {
      path.append('&').append(name).append('=').append(ControlApi.segment(value));
    }
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    Table table = new Table(">NUMBER", "TIME", "WHO", "ACTION", "FLAG", "OVERRIDES", "WHY");
    String last = "";
    for (JsonNode entry : answer.path("entries")) {
      last = entry.path("seq").asString("");
      table.row(cells(entry));
    }
    table.print(out);
    if (answer.path("next").isString()) {
      out.println("There are older ones: --before " + last + "; --json has before and after.");
    }
  }

  /** An entry as a row of the table. */
  static String[] cells(JsonNode entry) {
    return new String[] {
      entry.path("seq").asString(""),
      entry.path("at").asString("-"),
      entry.path("actor").asString("-"),
      entry.path("action").asString("-"),
      subject(entry),
      Words.list(entry.path("overrides")),
      entry.path("reason").asString("-")
    };
  }

  // What is done with a token is about no flag.
  private static String subject(JsonNode entry) {
    JsonNode after = entry.path("after").isObject() ? entry.path("after") : entry.path("before");
    return entry.path("action").asString("").endsWith("-token")
        ? "token " + after.path("name").asString("?")
        : entry.path("flag").asString("-");
  }
}
