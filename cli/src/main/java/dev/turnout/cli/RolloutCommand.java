package dev.turnout.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code turnout rollout NAME PERCENT}. */
@Command(name = "rollout", description = "Sets how many percent of the callers take the new path.")
final class RolloutCommand extends FlagCommand {
  @Parameters(
      index = "1",
      paramLabel = "PERCENT",
      description = "0 to 100, with at most 3 decimals; a percent sign may follow.")
  private String percent = "";

  @Mixin private final Why why = new Why();

  RolloutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    super.validate();
    BigDecimal unused = Arguments.percent(percent);
  }

  @Override
  JsonNode request(ControlApi api) {
    String path = at("/feature-flags/");
    // A PUT alone would create a flag out of a misspelt name.
    api.get(path);
    return api.put(
        path, why.addTo(ControlApi.object().put("percentage", Arguments.percent(percent))));
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    super.show(flag, out);
    Words.noteOnRings(flag, out);
  }
}
