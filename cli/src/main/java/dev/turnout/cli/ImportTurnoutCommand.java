package dev.turnout.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code turnout import turnout FILE}. */
@Command(
    name = "turnout",
    description = {
      "Makes the environment what an export says: flags, canary mode, rings and policy, all of",
      "it or nothing. What is not in the file stays, unless --replace. Stops and freezes that",
      "stand are not lifted. Needs a token of the kind admin.",
    })
final class ImportTurnoutCommand extends ClientCommand {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FILE", description = "What 'export' wrote.")
  private Path file = Path.of("");

  @Option(
      names = "--dry-run",
      description =
          "Say what would be created, changed and removed, and whether the server would refuse it;"
              + " the exit code is 1 then.")
  private boolean dryRun;

  @Option(names = "--replace", description = "Remove flags and rings that are not in the file.")
  private boolean replace;

  @Mixin private final Why why = new Why();

  ImportTurnoutCommand(Terminal terminal) {
    super(terminal);
    this.terminal = terminal;
  }

  @Override
  JsonNode request(ControlApi api) {
    String query = why.query();
    String path =
        "/import"
            + (query.isEmpty() ? "?" : query + "&")
            + "dry_run="
            + dryRun
            + "&replace="
            + replace;
    return api.putSlowly(path, read());
  }

  private JsonNode read() {
    try {
      return ControlApi.json().readTree(Files.readAllBytes(terminal.directory().resolve(file)));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new CommandFailure(ExitCode.REFUSED, file + " is no JSON: " + e.getOriginalMessage());
    }
  }

  @Override
  int exitCode(JsonNode answer) {
    return answer.path("refused").isObject() ? ExitCode.REFUSED : ExitCode.DONE;
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    String would = dryRun ? " would be " : " ";
    for (JsonNode name : answer.path("created")) {
      out.println(name.asString("") + would + "created");
    }
    for (JsonNode flag : answer.path("changed")) {
      out.println(flag.path("name").asString("") + would + "changed:");
      flag.path("fields")
          .properties()
          .forEach(field -> showPair(field.getKey(), field.getValue(), out));
    }
    for (JsonNode name : answer.path("removed")) {
      out.println(name.asString("") + would + "removed");
    }
    for (JsonNode flag : answer.path("removed_rollouts")) {
      out.println("the rollout of " + flag.asString("") + would + "removed");
    }
    for (JsonNode name : answer.path("removed_experiments")) {
      out.println("the experiment " + name.asString("") + would + "removed");
    }
    for (Map.Entry<String, JsonNode> setting : answer.path("settings").properties()) {
      out.println("the " + setting.getKey() + would + "changed:");
      showPair(setting.getKey(), setting.getValue(), out);
    }
    for (JsonNode kept : answer.path("kept")) {
      out.println(
          kept.path("flag").asString("")
              + (kept.path("field").asString("").equals("stop")
                  ? " is stopped and stays so, until 'reset'"
                  : " is frozen and stays so, until 'unfreeze'"));
    }
    out.println(
        answer.path("created").size()
            + would
            + "created, "
            + answer.path("changed").size()
            + " changed, "
            + answer.path("removed").size()
            + " removed, "
            + answer.path("unchanged").asString("0")
            + " the same");
    JsonNode refused = answer.path("refused");
    if (refused.isObject()) {
      terminal.warn("it would be refused: " + refused.path("detail").asString(""));
    }
  }

  private static void showPair(String name, JsonNode pair, PrintWriter out) {
    out.println("  " + name + ": " + pair.path("before") + " -> " + pair.path("after"));
  }
}
