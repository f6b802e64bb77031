package dev.turnout.client.codec;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one JSON object, read with exact types; whatever does not fit becomes an {@link
 * InvalidFlagException} that names the field by its path.
 *
 * @param path of the object; empty at the top
 * @param node an object
 * @param strict whether unknown fields are refused
 */
public record Fields(String path, JsonNode node, boolean strict) {
  private static final int SHOWN = 100;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  public Fields {
    if (!node.isObject()) {
      throw new InvalidFlagException(
          path.isEmpty() ? "body" : path, "must be an object, not " + shown(node));
    }
  }

  /** Refuses every field but these, where people write. */
  public Fields only(Set<String> known) {
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

  /** The path of a field of this object. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Whether the field is there. */
  public boolean has(String name) {
    return node.has(name);
  }

  /** Whether the field, which must be there, is null. */
  public boolean isNull(String name) {
    return get(name).isNull();
  }

  /** A field that must be there, of any type. */
  public JsonNode get(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new InvalidFlagException(at(name), "is missing");
    }
    return value;
  }

  /** True or false. */
  public boolean bool(String name) {
    JsonNode value = get(name);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    // YAML has these spellings too, and its parser passes them on as texts.
    return switch (value.isString() ? value.stringValue() : "") {
      case "True", "TRUE" -> true;
      case "False", "FALSE" -> false;
      default -> throw wrong(name, "true or false");
    };
  }

  /** A text, Unicode throughout. */
  public String text(String name) {
    JsonNode value = get(name);
    if (!value.isString()) {
      throw wrong(name, "a string");
    }
    return encodable(name, value.stringValue());
  }

  /** A text of at most so many UTF-16 units. */
  public String text(String name, int most) {
    String text = text(name);
    if (text.length() > most) {
      throw new InvalidFlagException(at(name), "must be at most " + most + " characters");
    }
    return text;
  }

  /** A short text that is fit for a line of a log. */
  public String line(String name, int most) {
    String text = text(name, most);
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidFlagException(at(name), "must be one line");
    }
    return text;
  }

  // JSON can escape half of a surrogate pair, which no document could ever be written with again.
  private String encodable(String name, String text) {
    if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw new InvalidFlagException(
          at(name), "must be Unicode text, and holds half of a surrogate pair");
    }
    return text;
  }

  /** A share from 0 to 100, with at most three decimals. */
  public Percentage percentage(String name) {
    BigDecimal percent =
        get(name).decimalValueOpt().orElseThrow(() -> wrong(name, "a number from 0 to 100"));
    return Percentage.of(at(name), percent);
  }

  /** Shares by names, in the order that they are written in. */
  public Map<String, Percentage> shares(String name) {
    Fields fields = object(name);
    Map<String, Percentage> shares = new LinkedHashMap<>();
    for (String key : fields.node().propertyNames()) {
      shares.put(FlagName.check(at(name), key), fields.percentage(key));
    }
    return shares;
  }

  /** A length of time such as {@code 500ms}, {@code 60s}, {@code 5m} or {@code 2h}. */
  public Duration duration(String name) {
    Matcher matcher = DURATION.matcher(text(name));
    if (!matcher.matches()) {
      throw wrong(name, "a duration such as \"500ms\", \"60s\", \"5m\" or \"2h\"");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
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

  /** A number from 0 to {@code most}. */
  double number(String name, long most) {
    double number = number(name);
    if (!(number >= 0 && number <= most)) {
      throw wrong(name, "a number from 0 to " + most);
    }
    return number;
  }

  /** A whole number from {@code least} to {@code most}. */
  public long whole(String name, long least, long most) {
    long number = whole(name);
    if (number < least || number > most) {
      throw wrong(name, "a whole number from " + least + " to " + most);
    }
    return number;
  }

  /** A whole number from 0 on. */
  public long whole(String name) {
    JsonNode value = get(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw wrong(name, "a whole number from 0 on");
    }
    return value.longValue();
  }

  /** A moment in ISO 8601, UTC. */
  public Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name, "a time such as \"2026-01-01T10:00:00Z\"");
    }
  }

  /** An object within this one. */
  public Fields object(String name) {
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
  public List<Fields> list(String name) {
    List<Fields> elements = new ArrayList<>();
    for (JsonNode element : array(name)) {
      elements.add(new Fields(at(name), element, strict));
    }
    return elements;
  }

  /** A list of strings that are not blank. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(name)) {
      if (!element.isString() || element.stringValue().isBlank()) {
        throw new InvalidFlagException(
            at(name), "must hold strings that are not blank, not " + shown(element));
      }
      texts.add(encodable(name, element.stringValue()));
    }
    return texts;
  }

  /** A set of strings; empty if the field is not there. */
  public Set<String> textSet(String name) {
    return has(name) ? new LinkedHashSet<>(texts(name)) : Set.of();
  }

  /** A list of whatever. */
  public JsonNode array(String name) {
    JsonNode value = get(name);
    if (!value.isArray()) {
      throw wrong(name, "a list");
    }
    return value;
  }

  /** Says that a field is not what was expected; for throwing. */
  public InvalidFlagException wrong(String name, String expected) {
    return new InvalidFlagException(at(name), "must be " + expected + ", not " + shown(get(name)));
  }

  private static String shown(JsonNode value) {
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "a list";
    }
    // A number that is none, such as NaN, would be shown as a text.
    String text = value.isNumber() ? value.asString() : value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
