package dev.turnout.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A flag's definition without anybody who is let in by it. What says who is let in where belongs to
 * an environment and is left behind, and so are its stops.
 */
final class Promotion {
  // Canaries are servers, regions and users of one environment; being enabled and frozen is what
  // its people want at the moment; the rest is read only.
  private static final List<String> LEFT_BEHIND =
      List.of("name", "revision", "reset_revision", "stop", "enabled", "frozen", "canary");

  private final ObjectNode body;

  private Promotion(ObjectNode body) {
    this.body = body;
  }

  static Promotion of(JsonNode flag) {
    ObjectNode body = ControlApi.object();
    flag.properties().stream()
        .filter(field -> !LEFT_BEHIND.contains(field.getKey()))
        .forEach(field -> body.set(field.getKey(), field.getValue()));
    body.put("percentage", 0);
    ObjectNode rings = body.putObject("rings");
    flag.path("rings").propertyNames().forEach(ring -> rings.put(ring, 0));
    body.putObject("canary").putArray("servers");
    body.withObject("canary").putArray("regions");
    body.withObject("canary").putArray("users");
    return new Promotion(body);
  }

  /** The fields, in a copy. */
  ObjectNode body() {
    return body.deepCopy();
  }

  /** Whether anybody may be on a flag's new path. */
  static boolean letsCallersIn(JsonNode flag) {
    if (!flag.path("enabled").asBoolean(true) || flag.path("stop").isObject()) {
      return false;
    }
    JsonNode shares = flag.path("rings");
    boolean byShare =
        flag.path("strategy").asString("").equals("ring")
            ? shares.values().stream().anyMatch(share -> share.asDouble(0) > 0)
            : flag.path("percentage").asDouble(0) > 0;
    return byShare
        || flag.path("canary").values().stream().anyMatch(canaries -> !canaries.isEmpty());
  }

  /** Whether two values are the same, numbers by what they say: 10 is 10.0. */
  static boolean same(JsonNode one, JsonNode other) {
    return one.equals(
        (a, b) ->
            a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1,
        other);
  }
}
