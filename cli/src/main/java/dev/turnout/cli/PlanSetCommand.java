package dev.turnout.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout plan set FLAG --stages 1,10,50,100 --hold 24h}. */
@Command(
    name = "set",
    description =
        "Plans a flag's rollout; 'start' begins it. While it is under way, only the stages to come"
            + " can be changed.",
    footer = {
      "",
      "  ${COMMAND-FULL-NAME} checkout --stages 1,10,50,100 --hold 24h",
      "Stages that differ in more than their share, or go by rings, from a file:",
      "  {\"stages\": [",
      "    {\"rings\": {\"internal\": 100, \"ga\": 0}, \"hold\": \"48h\"},",
      "    {\"rings\": {\"internal\": 100, \"ga\": 10}, \"hold\": \"24h\", \"min_calls\": 1000}]}",
      "A stage goes on by itself once it has held, enough calls of the new path were seen",
      "and nothing refuses it. It pauses when somebody changes the flag, or it trips.",
    })
final class PlanSetCommand extends PlanAnswer {
  @ArgGroup(multiplicity = "1")
  private Stages stages = new Stages();

  @Option(
      names = "--hold",
      paramLabel = "TIME",
      description = "How long each stage lasts at the least, such as 30m or 24h (1h).")
  private @Nullable String hold;

  @Option(
      names = "--min-calls",
      paramLabel = "N",
      description = "How many calls of the new path each stage needs to go on by itself (200).")
  private @Nullable Long minCalls;

  @Option(
      names = "--manual",
      description = "Have each stage wait for 'advance', however long it has held.")
  private boolean manual;

  @Mixin private final Why why = new Why();

  PlanSetCommand(Terminal terminal) {
    super(terminal);
  }

  /** Either of the two. */
  static final class Stages {
    @Option(
        names = "--stages",
        required = true,
        split = ",",
        paramLabel = "PERCENT",
        description = "The share of each stage, such as 1,10,50,100.")
    private @Nullable List<String> percentages;

    @Option(
        names = "--file",
        required = true,
        paramLabel = "FILE",
        description = "A file with the plan in JSON.")
    private @Nullable String file;
  }

  @Override
  void validate() {
    super.validate();
    if (stages.file != null && (hold != null || minCalls != null || manual)) {
      throw new CommandFailure(
          ExitCode.USAGE, "--hold, --min-calls and --manual are said in the file of --file");
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.put(at(""), why.addTo(stages.file == null ? plan() : read(stages.file)));
  }

  private ObjectNode plan() {
    ObjectNode plan = ControlApi.object();
    if (manual) {
      plan.put("automatic", false);
    }
    ArrayNode array = plan.putArray("stages");
    for (String text : stages.percentages == null ? List.<String>of() : stages.percentages) {
      ObjectNode stage =
          array.addObject().put("percentage", Arguments.percent("--stages", text.strip()));
      if (hold != null) {
        stage.put("hold", hold);
      }
      if (minCalls != null) {
        stage.put("min_calls", minCalls);
      }
    }
    return plan;
  }

  private ObjectNode read(String file) {
    try {
      String text = Files.readString(terminal().directory().resolve(file));
      if (ControlApi.json().readTree(text) instanceof ObjectNode plan) {
        return plan;
      }
      throw new CommandFailure(ExitCode.USAGE, file + " holds no JSON object");
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    } catch (JacksonException e) {
      throw new CommandFailure(ExitCode.USAGE, file + " is not JSON: " + e.getOriginalMessage());
    }
  }
}
