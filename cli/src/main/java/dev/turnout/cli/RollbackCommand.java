package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout rollback --flags a,b | --all}. */
@Command(
    name = "rollback",
    description =
        "The emergency: disables flags, all of them or none, so that every caller takes the"
            + " fallback. A token of the kind killer is enough.",
    footer = {
      "",
      "A flag that is not there keeps none of the others from being disabled; the exit",
      "code is 4 then. 'toggle NAME on' enables a flag again, at the share it had.",
    })
final class RollbackCommand extends ClientCommand {
  /** So that one edit stays below the megabyte that a request may have, whatever the names. */
  static final int FLAGS_PER_EDIT = 5_000;

  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask. Asked is only for --all, and only on a terminal.")
  private boolean yes;

  @Mixin private final Why why = new Why();

  RollbackCommand(Terminal terminal) {
    super(terminal);
  }

  /** Either of the two, and no emergency by forgetting a word. */
  static final class Which {
    @Option(
        names = "--flags",
        required = true,
        split = ",",
        paramLabel = "NAME",
        description = "The flags to disable, with commas between them.")
    private @Nullable List<String> flags;

    @Option(
        names = "--all",
        required = true,
        description = "Disable every flag of the environment.")
    private boolean all;
  }

  @Override
  void validate() {
    if (which.flags != null) {
      which.flags.forEach(Arguments::flagName);
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    JsonNode flags = api.get("/feature-flags").path("flags");
    Set<String> there =
        flags.values().stream()
            .map(flag -> flag.path("name").asString(""))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<String> wanted = which.flags == null ? there : new LinkedHashSet<>(which.flags);
    ObjectNode answer = ControlApi.object();
    ArrayNode unknown = ControlApi.json().createArrayNode();
    wanted.stream().filter(name -> !there.contains(name)).forEach(unknown::add);
    ArrayNode before = ControlApi.json().createArrayNode();
    ArrayNode already = ControlApi.json().createArrayNode();
    for (JsonNode flag : flags) {
      if (wanted.contains(flag.path("name").asString(""))) {
        if (flag.path("enabled").asBoolean(true)) {
          before.add(flag);
        } else {
          already.add(flag.path("name"));
        }
      }
    }
    if (which.all && !yes && terminal().keyboard().isPresent() && !before.isEmpty()) {
      confirm(before.size());
    }
    disable(api, before, answer);
    answer.set("disabled", before);
    answer.set("already_disabled", already);
    answer.set("unknown", unknown);
    return answer;
  }

  private void confirm(int count) {
    if (!terminal().confirms("Disable all " + count + " flags?")) {
      throw new CommandFailure(ExitCode.REFUSED, "nothing was changed");
    }
  }

  private void disable(ControlApi api, ArrayNode flags, ObjectNode answer) {
    List<ArrayNode> edits = new ArrayList<>();
    for (JsonNode flag : flags) {
      if (edits.isEmpty() || edits.get(edits.size() - 1).size() == FLAGS_PER_EDIT) {
        edits.add(ControlApi.json().createArrayNode());
      }
      edits
          .get(edits.size() - 1)
          .addObject()
          .put("name", flag.path("name").asString(""))
          .put("enabled", false);
    }
    for (ArrayNode edit : edits) {
      JsonNode done = api.post("/feature-flags/bulk-update" + why.query(), edit);
      answer.set("revision", done.path("revision"));
      if (done.has("warnings")) {
        answer.set("warnings", done.path("warnings"));
      }
    }
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    JsonNode disabled = answer.path("disabled");
    for (JsonNode flag : disabled) {
      out.println(
          flag.path("name").asString("")
              + " is disabled; it was "
              + Words.state(flag)
              + ", "
              + Words.rollout(flag));
    }
    for (JsonNode name : answer.path("already_disabled")) {
      out.println(name.asString("") + " was disabled before");
    }
    for (JsonNode name : answer.path("unknown")) {
      terminal().warn("there is no flag " + name.asString(""));
    }
    out.println(
        disabled.isEmpty()
            ? "nothing was on"
            : disabled.size()
                + (disabled.size() == 1 ? " flag" : " flags")
                + " disabled (revision "
                + answer.path("revision").asString("?")
                + "); every caller takes the fallback");
  }

  @Override
  int exitCode(JsonNode answer) {
    return answer.path("unknown").isEmpty() ? ExitCode.DONE : ExitCode.NOT_FOUND;
  }
}
