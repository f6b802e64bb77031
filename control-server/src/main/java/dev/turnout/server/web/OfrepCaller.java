package dev.turnout.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.Caller;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whom an OpenFeature SDK asks for.
 *
 * @param key the targeting key; null if there is none
 * @param attributes the other fields of the context
 */
record OfrepCaller(@Nullable String key, Caller attributes) {
  private static final String TARGETING_KEY = "targetingKey";

  /**
   * Reads the body of a request. Fields that are not known are let be, for the protocol grows; and
   * of the context lists and objects, which no flag looks at.
   *
   * @throws OfrepException if it is no JSON, or not the protocol's
   */
  static OfrepCaller read(byte[] body) throws OfrepException {
    JsonNode context = context(body);
    Map<String, String> attributes = new HashMap<>();
    String key = null;
    for (Map.Entry<String, JsonNode> field : context.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().equals(TARGETING_KEY)) {
        key = key(value);
      } else if (value.isValueNode() && !value.isNull()) {
        attributes.put(DecisionRoutes.attribute(field.getKey()), value.asString());
      }
    }
    return new OfrepCaller(key, Caller.of(attributes));
  }

  private static JsonNode context(byte[] body) throws OfrepException {
    JsonNode document;
    try {
      document = new String(body, UTF_8).isBlank() ? Json.object() : Json.parse(body);
    } catch (CodecException e) {
      throw new OfrepException("PARSE_ERROR", "body: " + e.getMessage());
    }
    if (!document.isObject()) {
      throw new OfrepException("PARSE_ERROR", "body: must be an object");
    }
    JsonNode context = document.get("context");
    if (context == null || context.isNull()) {
      return Json.object();
    }
    if (!context.isObject()) {
      throw new OfrepException("INVALID_CONTEXT", "context: must be an object");
    }
    return context;
  }

  // An SDK that has no key may say so with an empty one.
  private static @Nullable String key(JsonNode value) throws OfrepException {
    if (value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new OfrepException("INVALID_CONTEXT", "context.targetingKey: must be a string");
    }
    return value.stringValue().isEmpty() ? null : value.stringValue();
  }
}
