package dev.turnout.cli.migration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Unleash's export of its own state, where what belongs to a feature stands in lists of their own,
 * put together to features as its clients get them.
 */
final class UnleashState {
  private final JsonNode document;
  private final String environment;

  private UnleashState(JsonNode document, String environment) {
    this.document = document;
    this.environment = environment;
  }

  /** Whether a document is such an export. */
  static boolean isOne(JsonNode document) {
    return document.has("featureStrategies");
  }

  /**
   * Returns the features by name.
   *
   * @param environment the one that is meant; null if there is only one
   * @throws IllegalArgumentException naming the environments that there are
   */
  static Map<String, JsonNode> features(JsonNode document, @Nullable String environment) {
    Set<String> there = new TreeSet<>();
    for (JsonNode setting : document.path("featureEnvironments")) {
      there.add(setting.path("environment").asString(""));
    }
    if (environment == null ? there.size() != 1 : !there.contains(environment)) {
      throw new IllegalArgumentException(
          "it is of the environments " + there + "; name one of them with --environment");
    }
    UnleashState state =
        new UnleashState(document, environment == null ? there.iterator().next() : environment);
    Map<String, JsonNode> features = new LinkedHashMap<>();
    for (JsonNode feature : document.path("features")) {
      features.put(feature.path("name").asString(""), state.feature(feature));
    }
    return features;
  }

  private ObjectNode feature(JsonNode feature) {
    String name = feature.path("name").asString("");
    ObjectNode whole = JsonNodeFactory.instance.objectNode().put("name", name);
    copy(feature, "variants", whole);
    whole.put("enabled", false);
    for (JsonNode setting : document.path("featureEnvironments")) {
      if (isOf(setting, name) && isHere(setting)) {
        copy(setting, "enabled", whole);
        copy(setting, "variants", whole);
      }
    }
    ArrayNode strategies = whole.putArray("strategies");
    for (JsonNode strategy : document.path("featureStrategies")) {
      if (isOf(strategy, name) && isHere(strategy)) {
        strategies.add(strategy(strategy));
      }
    }
    for (JsonNode dependency : document.path("dependencies")) {
      if (dependency.path("feature").asString("").equals(name)) {
        copy(dependency, "dependencies", whole);
      }
    }
    return whole;
  }

  private ObjectNode strategy(JsonNode strategy) {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    strategy.properties().forEach(field -> whole.set(field.getKey(), field.getValue()));
    copy(strategy, "strategyName", whole, "name");
    for (JsonNode segment : document.path("featureStrategySegments")) {
      if (segment.path("featureStrategyId").equals(strategy.path("id"))) {
        whole.withArray("segments").add(segment.path("segmentId"));
      }
    }
    return whole;
  }

  private static boolean isOf(JsonNode part, String feature) {
    return part.path("featureName").asString("").equals(feature);
  }

  // An export of one environment need not say it with each strategy.
  private boolean isHere(JsonNode part) {
    return part.path("environment").asString(environment).equals(environment);
  }

  private static void copy(JsonNode from, String field, ObjectNode to) {
    copy(from, field, to, field);
  }

  private static void copy(JsonNode from, String field, ObjectNode to, String as) {
    if (!Definition.isEmpty(from, field)) {
      to.set(as, from.path(field));
    }
  }
}
