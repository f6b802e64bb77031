package dev.turnout.client.codec;

import dev.turnout.flags.InvalidFlagException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one JSON object, read with exact types; whatever does not fit becomes an {@link
 * InvalidFlagException} that names the field by its path.
 *
 * @param path of the object; empty at the top
 * @param node an object
 * @param strict whether unknown fields are refused
 */
record Fields(String path, JsonNode node, boolean strict) {
  private static final int SHOWN = 100;

  Fields {
    if (!node.isObject()) {
      throw new InvalidFlagException(
          path.isEmpty() ? "body" : path, "must be an object, not " + shown(node));
    }
  }

  /** Refuses every field but these, where people write. */
  Fields only(Set<String> known) {
    if (strict) {
      for (String name : node.propertyNames()) {
        if (!known.contains(name)) {
          throw new InvalidFlagException(
              at(name), "is not a known field; known are " + String.join(", ", known));
        }
      }
    }
    return this;
  }

  String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  boolean has(String name) {
    return node.has(name);
  }

  boolean isNull(String name) {
    return get(name).isNull();
  }

  JsonNode get(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new InvalidFlagException(at(name), "is missing");
    }
    return value;
  }

  boolean bool(String name) {
    JsonNode value = get(name);
    if (!value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value.booleanValue();
  }

  String text(String name) {
    JsonNode value = get(name);
    if (!value.isString()) {
      throw wrong(name, "a string");
    }
    return value.stringValue();
  }

  /** A finite number: 1e999 and NaN are none. */
  double number(String name) {
    JsonNode value = get(name);
    double number = value.isNumber() ? value.doubleValue(Double.NaN) : Double.NaN;
    if (!Double.isFinite(number)) {
      throw wrong(name, "a number");
    }
    return number;
  }

  /** A whole number from 0 on. */
  long whole(String name) {
    JsonNode value = get(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw wrong(name, "a whole number from 0 on");
    }
    return value.longValue();
  }

  Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name, "a time such as \"2026-01-01T10:00:00Z\"");
    }
  }

  Fields object(String name) {
    return new Fields(at(name), get(name), strict);
  }

  /** The values of an object of objects, by name. */
  Map<String, Fields> objects(String name) {
    Fields outer = object(name);
    Map<String, Fields> inner = new LinkedHashMap<>();
    outer.node.propertyNames().forEach(key -> inner.put(key, outer.object(key)));
    return inner;
  }

  /** The elements of a list of objects; their fields are named as if there was but one. */
  List<Fields> list(String name) {
    List<Fields> elements = new ArrayList<>();
    for (JsonNode element : array(name)) {
      elements.add(new Fields(at(name), element, strict));
    }
    return elements;
  }

  /** A list of strings that are not blank. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(name)) {
      if (!element.isString() || element.stringValue().isBlank()) {
        throw new InvalidFlagException(
            at(name), "must hold strings that are not blank, not " + shown(element));
      }
      texts.add(element.stringValue());
    }
    return texts;
  }

  /** A set of strings; empty if the field is not there. */
  Set<String> textSet(String name) {
    return has(name) ? new LinkedHashSet<>(texts(name)) : Set.of();
  }

  JsonNode array(String name) {
    JsonNode value = get(name);
    if (!value.isArray()) {
      throw wrong(name, "a list");
    }
    return value;
  }

  InvalidFlagException wrong(String name, String expected) {
    return new InvalidFlagException(at(name), "must be " + expected + ", not " + shown(get(name)));
  }

  private static String shown(JsonNode value) {
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "a list";
    }
    String text = value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
