package dev.turnout.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
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
      "  bucketing_key=…  bucketing_salt=…  variant_bucketing=…  description='…'",
      "  limits='[{\"metric\":\"error_rate\",\"above\":5,\"window\":\"60s\"}]'",
      "  variants='{}' takes the variants away",
      "Lists are comma-separated or JSON. Several fields at once as one JSON object:",
      "  turnout set NAME --json '{\"percentage\": 10, \"enabled\": true}'",
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

  SetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void validate() {
    super.validate();
    if (words.isEmpty() && variants.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE, "nothing to set: FIELD=VALUE or --variant is missing");
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
    return api.put(path, body);
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
