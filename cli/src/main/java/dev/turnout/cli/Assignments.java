package dev.turnout.cli;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The words of {@code turnout set}, {@code field=value} or a JSON object, as the body of a {@code
 * PUT}.
 *
 * <p>Only the shape is looked at here. Whether a field exists and a value is allowed is the
 * server's to say, so that the two never disagree.
 */
final class Assignments {
  private static final Set<String> LISTS =
      Set.of("dependencies", "canary.servers", "canary.regions", "canary.users");
  private static final Set<String> TEXTS =
      Set.of(
          "description",
          "strategy",
          "stickiness",
          "bucketing",
          "bucketing_key",
          "bucketing_salt",
          "variant_bucketing");

  private final List<String> words;

  Assignments(List<String> words) {
    this.words = List.copyOf(words);
    words.stream().filter(word -> !isObject(word)).forEach(Assignments::field);
  }

  /** Whether a word sets only a part of a field, so that the rest of the field must be known. */
  boolean needCurrentFlag() {
    return words.stream().anyMatch(word -> !isObject(word) && field(word).contains("."));
  }

  /**
   * Returns the fields that the words set.
   *
   * @param current the flag as it is; an object without fields if there is none
   */
  ObjectNode body(JsonNode current) {
    ObjectNode body = ControlApi.object();
    for (String word : words) {
      if (isObject(word)) {
        body.setAll(object(word));
      } else {
        assign(body, field(word), word.substring(field(word).length() + 1), current);
      }
    }
    return body;
  }

  /**
   * Returns the variants of words such as {@code manual=33.34}, in their order; a percent sign may
   * follow.
   */
  static ObjectNode variants(List<String> words) {
    ObjectNode variants = ControlApi.object();
    for (String word : words) {
      int equals = word.lastIndexOf('=');
      if (equals < 1) {
        throw new CommandFailure(ExitCode.USAGE, "not of the form NAME=WEIGHT: " + word);
      }
      String name = word.substring(0, equals);
      String weight = word.substring(equals + 1);
      if (variants.has(name)) {
        throw new CommandFailure(ExitCode.USAGE, "variant " + name + " is there twice");
      }
      variants.set(name, json(withoutSign(weight)));
    }
    return variants;
  }

  private static void assign(ObjectNode body, String field, String text, JsonNode current) {
    int dot = field.indexOf('.');
    if (dot < 0) {
      body.set(field, value(field, text));
      return;
    }
    String whole = field.substring(0, dot);
    if (!(body.get(whole) instanceof ObjectNode)) {
      JsonNode known = current.path(whole);
      body.set(whole, known.isObject() ? known.deepCopy() : ControlApi.object());
    }
    if (body.get(whole) instanceof ObjectNode part) {
      part.set(field.substring(dot + 1), value(field, text));
    }
  }

  private static boolean isObject(String word) {
    return word.startsWith("{");
  }

  private static ObjectNode object(String word) {
    try {
      if (ControlApi.json().readTree(word) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      // Said below; the parser's own words are about its insides.
    }
    throw new CommandFailure(ExitCode.USAGE, "not a JSON object: " + word);
  }

  private static String field(String word) {
    int equals = word.indexOf('=');
    if (equals < 1) {
      throw new CommandFailure(ExitCode.USAGE, "not of the form field=value: " + word);
    }
    return word.substring(0, equals);
  }

  private static JsonNode value(String field, String text) {
    if (TEXTS.contains(field)) {
      return StringNode.valueOf(text);
    }
    if (field.equals("ladder") && !text.startsWith("[")) {
      return percentages(text);
    }
    if (LISTS.contains(field) && !text.startsWith("[")) {
      return list(text);
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "on", "yes" -> BooleanNode.TRUE;
      case "off", "no" -> BooleanNode.FALSE;
      default -> json(text);
    };
  }

  private static ArrayNode list(String text) {
    ArrayNode list = ControlApi.json().createArrayNode();
    for (String item : text.split(",")) {
      if (!item.isBlank()) {
        list.add(item.strip());
      }
    }
    return list;
  }

  private static ArrayNode percentages(String text) {
    ArrayNode list = ControlApi.json().createArrayNode();
    list(text).values().forEach(step -> list.add(json(withoutSign(step.asString("")))));
    return list;
  }

  private static String withoutSign(String percent) {
    return percent.endsWith("%") ? percent.substring(0, percent.length() - 1).strip() : percent;
  }

  private static JsonNode json(String text) {
    try {
      JsonNode value = ControlApi.json().readTree(text);
      return value.isMissingNode() ? StringNode.valueOf(text) : value;
    } catch (JacksonException e) {
      // Sent as text: the server's refusal names the field and says what it must be.
      return StringNode.valueOf(text);
    }
  }
}
