package dev.turnout.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout rollout NAME PERCENT}. */
@Command(name = "rollout", description = "Sets how many percent of the callers take the new path.")
final class RolloutCommand extends FlagCommand {
  @Parameters(
      index = "1",
      paramLabel = "PERCENT",
      description = "0 to 100, with at most 3 decimals; a percent sign may follow.")
  private String percent = "";

  // Set where the command stands in for another product's, whose flags are made by their use.
  @Option(
      names = "--create",
      defaultValue = "${sys:turnout.create:-false}",
      description = "Make the flag if there is none of that name, unless PERCENT is 0.")
  private boolean create;

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
    BigDecimal share = Arguments.percent(percent);
    // A PUT alone would create a flag out of a misspelt name; and whoever wants 0 % wants something
    // to go back.
    ObjectNode fields = ControlApi.object().put("percentage", share);
    if (!create || share.signum() == 0) {
      api.get(path);
    } else if (api.getOrNull(path) == null) {
      terminal().warn("there was no flag " + name() + ": it is new");
      fields.put("enabled", true);
    }
    return api.put(path, why.addTo(fields));
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    super.show(flag, out);
    Words.noteOnRings(flag, out);
  }
}
