package dev.turnout.cli.migration;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads parts of another product's definition of a flag; what is of another kind is refused. */
final class Definition {
  private Definition() {}

  /** Whether there is nothing: no field, null, or an empty list or object. */
  static boolean isEmpty(JsonNode parent, String field) {
    JsonNode value = parent.path(field);
    return value.isMissingNode() || value.isNull() || (value.isContainer() && value.isEmpty());
  }

  /** Returns a text; null if there is none. */
  static @Nullable String text(JsonNode parent, String field) throws InexactException {
    JsonNode value = parent.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new InexactException(field + " is no text");
    }
    return value.stringValue();
  }

  /** Returns a truth value. */
  static boolean bool(JsonNode parent, String field, boolean missing) throws InexactException {
    JsonNode value = parent.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return missing;
    }
    if (!value.isBoolean()) {
      throw new InexactException(field + " is neither true nor false");
    }
    return value.booleanValue();
  }

  /** Returns a whole number from 0 to a million. */
  static int whole(JsonNode value, String what) throws InexactException {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new InexactException(what + " is no whole number");
    }
    int number = value.intValue();
    if (number < 0 || number > 1_000_000) {
      throw new InexactException(what + " is not from 0 to 1000000: " + number);
    }
    return number;
  }

  /** Returns the elements of a list; none if there is no such field. */
  static List<JsonNode> list(JsonNode parent, String field) throws InexactException {
    if (isEmpty(parent, field)) {
      return List.of();
    }
    JsonNode value = parent.path(field);
    if (!value.isArray()) {
      throw new InexactException(field + " is no list");
    }
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    return elements;
  }

  /** Insists that a field has nothing in it. */
  static void none(JsonNode parent, String field, String what) throws InexactException {
    if (!isEmpty(parent, field)) {
      throw new InexactException("it has " + what + ", which flags here do not");
    }
  }
}
