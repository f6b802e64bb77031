package dev.turnout.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code turnout reset NAME}. */
@Command(
    name = "reset",
    description = "Takes back a kill or a trip.",
    footer = {
      "",
      "What it takes back is the stop that it has read, or with --revision the one that",
      "you have seen: if the flag was changed since, as by a kill, nothing is reset.",
    })
final class ResetCommand extends FlagCommand {
  private static final int CHANGED = 412;

  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "Only if the flag is still of this revision, which 'get' and 'kill' show.")
  private @Nullable Long revision;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask. Asked is only for a kill, and only on a terminal.")
  private boolean yes;

  @Mixin private final Why why = new Why();

  private String takenBack = "";

  ResetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  JsonNode request(ControlApi api) {
    long seen = revision == null ? read(api) : revision;
    try {
      return api.post(at("/feature-flags/reset/"), why, ControlApi.tag(seen));
    } catch (CommandFailure e) {
      throw e.json().path("status").asInt(0) == CHANGED ? e.with("; nothing was reset") : e;
    }
  }

  // Whoever has seen a trip need not know of the kill that came after it.
  private long read(ControlApi api) {
    JsonNode flag = api.get(at("/feature-flags/"));
    takenBack = Words.oneLine(Words.stop(flag));
    if (flag.path("stop").path("kind").asString("").equals("killed") && !yes) {
      terminal().confirm(name() + " is " + takenBack + ". Take that back?");
    }
    return flag.path("revision").asLong(0);
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    super.show(flag, out);
    if (!takenBack.isEmpty()) {
      out.println("  taken back: " + takenBack);
    }
  }
}
