package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
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
      // A comma or a blank too many, or a name that cannot be one, keeps none of the others on.
      which.flags = which.flags.stream().map(String::strip).filter(it -> !it.isEmpty()).toList();
      if (which.flags.isEmpty()) {
        throw new CommandFailure(ExitCode.USAGE, "--flags: name the flags to disable");
      }
    }
  }

  // One request, which reads nothing: the server may be too busy to answer questions, and stops all
  // the same.
  @Override
  JsonNode request(ControlApi api) {
    ObjectNode body = ControlApi.object();
    if (which.all) {
      if (!yes) {
        terminal().confirm("Disable every flag of the environment?");
      }
      body.put("all", true);
    }
    if (which.flags != null) {
      ArrayNode names = body.putArray("flags");
      new LinkedHashSet<>(which.flags).forEach(names::add);
    }
    return api.post("/feature-flags/rollback", why.addTo(body));
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
