package dev.turnout.cli.migration;

import dev.turnout.flags.Placement.Algorithm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A product whose exports can be read. */
public enum Product {
  /** Unleash: what its clients get from {@code /api/client/features}, or its state. */
  UNLEASH,
  /** The flag definitions of flagd. */
  FLAGD,
  /** LaunchDarkly: what its file data source reads. */
  LAUNCHDARKLY;

  /**
   * Reads an export.
   *
   * @param flagd how flagd's flags were evaluated; of no account for the others
   * @param environment which of the environments in an export of Unleash's; null if there is one
   * @throws IllegalArgumentException saying what is missing, if it is not an export of this product
   */
  public Migration read(JsonNode document, Algorithm flagd, @Nullable String environment) {
    Migration migration = new Migration();
    switch (this) {
      case UNLEASH -> unleash(document, environment, migration);
      case FLAGD -> {
        if (!document.path("flags").isObject()) {
          throw new IllegalArgumentException("it has no object \"flags\"");
        }
        FlagdExport export = new FlagdExport(flagd);
        document
            .path("flags")
            .properties()
            .forEach(flag -> migration.take(flag.getKey(), flag.getValue(), export::translate));
      }
      case LAUNCHDARKLY -> launchDarkly(document, migration);
    }
    return migration.done();
  }

  private static void unleash(
      JsonNode document, @Nullable String environment, Migration migration) {
    JsonNode features = document.path("features");
    if (!features.isArray()) {
      throw new IllegalArgumentException("it has no list \"features\"");
    }
    if (UnleashState.isOne(document)) {
      UnleashState.features(document, environment)
          .forEach((name, feature) -> migration.take(name, feature, UnleashExport::translate));
      return;
    }
    for (JsonNode feature : features) {
      if (!feature.path("name").isString()) {
        throw new IllegalArgumentException("a feature has no name");
      }
      migration.take(feature.path("name").stringValue(), feature, UnleashExport::translate);
    }
  }

  private static void launchDarkly(JsonNode document, Migration migration) {
    JsonNode flags = document.path("flags");
    JsonNode values = document.path("flagValues");
    if (!flags.isObject() && !values.isObject()) {
      throw new IllegalArgumentException("it has no object \"flags\" or \"flagValues\"");
    }
    LaunchDarklyExport export = new LaunchDarklyExport(flags);
    for (Map.Entry<String, JsonNode> flag : flags.properties()) {
      migration.take(flag.getKey(), flag.getValue(), export::translate);
    }
    for (Map.Entry<String, JsonNode> flag : values.properties()) {
      migration.take(flag.getKey(), flag.getValue(), LaunchDarklyExport::constant);
    }
  }
}
