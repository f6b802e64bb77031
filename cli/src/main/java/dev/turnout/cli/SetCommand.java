package dev.turnout.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout set NAME field=value…}. */
@Command(
    name = "set",
    description =
        "Changes the given fields of a flag; creates the flag, at 0 %%, if there is none.",
    footer = {
      "",
      "Fields:",
      "  enabled=true  frozen=false  percentage=12.5  strategy=percentage|ring",
      "  rings.internal=100  canary.servers=game-1,game-2  canary.regions=…",
      "  canary.users=…  dependencies=flag-a,flag-b  stickiness=user",
      "  bucketing=turnout1|launchdarkly|unleash|flagd|flagd_ratio|growthbook2|goff",
      "  bucketing_key=…  bucketing_salt=…  variant_bucketing=…",
      "  description='…'",
      "  ladder=1,5,10,25,50,75,100",
      "  limits='[{\"metric\":\"error_rate\",\"above\":5,\"window\":\"60s\"}]'",
      "  variants='{}' takes the variants away",
      "NAME=FRACTION, from 0.0 to 1.0 and with its decimal point, sets the percentage:",
      "  ${ROOT-COMMAND-NAME} set NAME=0.1 lets 10 %% of the callers in",
      "Lists are comma-separated or JSON. Several fields at once as one JSON object:",
      "  ${ROOT-COMMAND-NAME} set NAME --json '{\"percentage\": 10, \"enabled\": true}'",
    })
final class SetCommand extends FlagCommand {
  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "FIELD=VALUE",
      description = "A field and its new value, or a JSON object of fields.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--variant",
      paramLabel = "NAME=WEIGHT",
      description =
          "A variant for WEIGHT percent of the callers who are on. Repeatable; the flag then has"
              + " these variants and no others, in this order.")
  private List<String> variants = new ArrayList<>();

  @Mixin private final Why why = new Why();

  // What NAME=FRACTION says; null without one.
  private @Nullable BigDecimal percentage;

  SetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    takeFraction();
    super.validate();
    if (words.isEmpty() && variants.isEmpty() && percentage == null) {
      throw new CommandFailure(
          ExitCode.USAGE, "nothing to set: FIELD=VALUE or --variant is missing");
    }
  }

  // No name of a flag has an equals sign in it.
  private void takeFraction() {
    int equals = name().indexOf('=');
    if (equals >= 0) {
      percentage = Arguments.fraction(name().substring(equals + 1));
      name(name().substring(0, equals));
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    String path = at("/feature-flags/");
    Assignments assignments = new Assignments(words);
    ObjectNode split = Assignments.variants(variants);
    JsonNode current =
        assignments.needCurrentFlag() ? currentOrNothing(api, path) : ControlApi.object();
    ObjectNode body = assignments.body(current);
    if (!split.isEmpty() && body.has("variants")) {
      throw new CommandFailure(ExitCode.USAGE, "variants are given twice");
    }
    if (!split.isEmpty()) {
      body.set("variants", split);
    }
    if (percentage != null) {
      if (body.has("percentage")) {
        throw new CommandFailure(ExitCode.USAGE, "the percentage is given twice");
      }
      body.put("percentage", percentage);
    }
    return api.put(path, why.addTo(body));
  }

  @Override
  void show(JsonNode flag, PrintWriter out) {
    super.show(flag, out);
    if (percentage != null) {
      Words.noteOnRings(flag, out);
    }
  }

  private static JsonNode currentOrNothing(ControlApi api, String path) {
    try {
      return api.get(path);
    } catch (CommandFailure e) {
      if (e.exitCode() == ExitCode.NOT_FOUND) {
        return ControlApi.object();
      }
      throw e;
    }
  }
}
