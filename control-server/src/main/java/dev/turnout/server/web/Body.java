package dev.turnout.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON object that a person sent, read strictly: every failure is an {@link
 * InvalidFlagException} that names the field. A media type is not asked for, since {@code curl -d}
 * sends that of forms.
 */
final class Body {
  private static final int MAX_TEXT = 256;
  private static final int SHOWN = 100;

  /** As if nothing had been sent. */
  static final Body EMPTY = new Body(Json.object());

  private final JsonNode node;

  private Body(JsonNode node) {
    this.node = node;
  }

  /** Reads a document of any shape. */
  static JsonNode document(Context context) {
    return Json.parse(BodyReader.read(context));
  }

  /** Reads an object with no other fields than these. */
  static Body of(Context context, String... fields) {
    return of(document(context), fields);
  }

  /** Insists that nothing is asked for but why: no body, or an object without other fields. */
  static void none(Context context) {
    optionalEdit(context);
  }

  /** Reads an object that may be left out altogether. */
  static Body optional(Context context, String... fields) {
    return of(documentOrNothing(BodyReader.read(context)), fields);
  }

  /** Reads an object that may be left out altogether, and why the change is asked for. */
  static Body optionalEdit(Context context, String... fields) {
    return edit(context, documentOrNothing(BodyReader.read(context)), fields);
  }

  /**
   * Reads why a stop is asked for, which is all that its body may say: neither what is in it nor
   * who is slow to send it keeps the stop from being made.
   */
  static void whyOfStop(Context context) {
    Body unused =
        Api.orWarn(
            context,
            () -> {
              byte[] bytes =
                  BodyReader.read(context, BodyReader.MAX_BYTES, BodyReader.MAX_TIME_OF_STOPS);
              return edit(context, documentOrNothing(bytes));
            },
            EMPTY);
  }

  private static JsonNode documentOrNothing(byte[] bytes) {
    return new String(bytes, UTF_8).isBlank() ? Json.object() : Json.parse(bytes);
  }

  /** Reads an object with no other fields than these, and why the change is asked for. */
  static Body edit(Context context, String... fields) {
    return edit(context, document(context), fields);
  }

  /** The same of a document that was read already. */
  static Body edit(Context context, JsonNode node, String... fields) {
    Why.take(context, node);
    return of(node, fields);
  }

  private static Body of(JsonNode node, String... fields) {
    if (!node.isObject()) {
      throw new InvalidFlagException("body", "must be an object, not " + shown(node));
    }
    Set<String> known = new TreeSet<>(Set.of(fields));
    for (String name : node.propertyNames()) {
      if (!known.contains(name)) {
        throw new InvalidFlagException(
            name,
            known.isEmpty()
                ? "is not a known field; none is"
                : "is not a known field; known are " + String.join(", ", known));
      }
    }
    return new Body(node);
  }

  /**
   * Reads an object for a stop: other fields than these, and what is said of why, refuse nothing.
   */
  static Body forStop(Context context, JsonNode node, String... fields) {
    Why.takeForStop(context, node);
    if (node instanceof ObjectNode object) {
      List<String> others =
          object.propertyNames().stream().filter(name -> !Set.of(fields).contains(name)).toList();
      others.forEach(
          name -> Api.warn(context, "done, though \"" + name + "\" is not a known field"));
      object.remove(others);
    }
    return of(node, fields);
  }

  private static String shown(JsonNode value) {
    if (value.isObject() || value.isArray()) {
      return value.isObject() ? "an object" : "a list";
    }
    String text = value.isNumber() ? value.asString() : value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  /** Returns the field, or null if it is not there. */
  @Nullable JsonNode find(String name) {
    return node.get(name);
  }

  private JsonNode get(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new InvalidFlagException(name, "is missing");
    }
    return value;
  }

  boolean bool(String name) {
    JsonNode value = get(name);
    if (!value.isBoolean()) {
      throw new InvalidFlagException(name, "must be true or false");
    }
    return value.booleanValue();
  }

  BigDecimal number(String name, BigDecimal missing) {
    JsonNode value = find(name);
    if (value == null) {
      return missing;
    }
    return value
        .decimalValueOpt()
        .orElseThrow(() -> new InvalidFlagException(name, "must be a number, not " + shown(value)));
  }

  String text(String name) {
    return text(name, get(name));
  }

  /** Returns the text, or what stands in if there is none. */
  String text(String name, String missing) {
    JsonNode value = find(name);
    return value == null ? missing : text(name, value);
  }

  Set<String> texts(String name) {
    Set<String> texts = new LinkedHashSet<>();
    JsonNode value = find(name);
    if (value != null) {
      if (!value.isArray()) {
        throw new InvalidFlagException(name, "must be a list");
      }
      value.forEach(element -> texts.add(text(name, element)));
    }
    return texts;
  }

  private static String text(String field, JsonNode value) {
    if (!value.isString()) {
      throw new InvalidFlagException(field, "must be a string");
    }
    return checkText(field, value.stringValue());
  }

  /** Returns the text if it may stand in a list of users: not blank, short, in one line. */
  static String checkText(String field, String text) {
    if (text.isBlank()
        || text.length() > MAX_TEXT
        || text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidFlagException(
          field, "must be 1 to " + MAX_TEXT + " characters that are not blank, in one line");
    }
    return text;
  }
}
