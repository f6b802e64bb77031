package dev.turnout.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout experiment [NAME]}. */
@Command(
    name = "experiment",
    description = "Shows what an experiment has shown so far; without a name, all experiments.",
    footer = {
      "",
      "Experiments are made with PUT /experiments/{name}, as docs/http-api.md has it.",
      "Calls are those of the instances that are known now, since the split was made.",
    })
final class ExperimentCommand extends ClientCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The experiment's name.")
  private String name = "";

  ExperimentCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    if (!name.isEmpty()) {
      Arguments.flagName(name);
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    return api.get(name.isEmpty() ? "/experiments" : "/experiments/" + ControlApi.segment(name));
  }

  @Override
  void show(JsonNode answer, PrintWriter out) {
    if (!name.isEmpty()) {
      showOne(answer, out);
      return;
    }
    JsonNode all = answer.path("experiments");
    for (JsonNode experiment : all) {
      out.println(head(experiment));
    }
    if (all.isEmpty()) {
      out.println("there are no experiments");
    }
  }

  private static String head(JsonNode experiment) {
    return experiment.path("experiment").asString("?")
        + " with "
        + experiment.path("flag").asString("?")
        + ": "
        + Words.shares(experiment.path("variants"));
  }

  private static void showOne(JsonNode experiment, PrintWriter out) {
    out.println(head(experiment));
    JsonNode results = experiment.path("results");
    Table table =
        new Table("VARIANT", ">CALLS", ">ERRORS", ">RATE", ">p50 ms", ">p95 ms", ">p99 ms");
    for (Map.Entry<String, JsonNode> variant : results.path("variants").properties()) {
      JsonNode counts = variant.getValue();
      boolean control = variant.getKey().equals(experiment.path("control").asString(""));
      table.row(
          variant.getKey() + (control ? " (fallback)" : ""),
          counts.path("calls").asString("0"),
          counts.path("errors").asString("0"),
          rate(counts.path("error_rate")),
          Words.millis(counts.path("p50_ms")),
          Words.millis(counts.path("p95_ms")),
          Words.millis(counts.path("p99_ms")));
    }
    table.print(out);
    if (!results.path("in_force").asBoolean(true)) {
      out.println("the flag does not split its callers like this any more");
    }
    if (!results.path("enough").asBoolean(true)) {
      out.println(
          "too little to conclude from: each variant is to have "
              + experiment.path("min_sample_size").asString("?")
              + " calls");
    }
  }

  private static String rate(JsonNode rate) {
    return rate.isNumber() ? String.format(Locale.ROOT, "%.2f %%", 100 * rate.asDouble()) : "-";
  }
}
