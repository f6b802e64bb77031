package dev.turnout.server.change;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A policy as JSON: the same in the store and over HTTP. */
public final class PolicyJson {
  private static final Set<String> FIELDS = Set.of("blackouts", "one_rollout");
  private static final Set<String> WEEKLY = Set.of("name", "days", "from", "to", "zone");
  private static final Set<String> ONCE = Set.of("name", "from", "until");

  private PolicyJson() {}

  /** Writes a policy. */
  public static ObjectNode write(Policy policy) {
    ObjectNode json = Json.object();
    ArrayNode blackouts = json.putArray("blackouts");
    for (Blackout blackout : policy.blackouts()) {
      ObjectNode node = blackouts.addObject().put("name", blackout.name());
      if (blackout instanceof Blackout.Weekly weekly) {
        ArrayNode days = node.putArray("days");
        weekly.days().stream().sorted().map(PolicyJson::name).forEach(days::add);
        node.put("from", weekly.from().toString())
            .put("to", weekly.to().toString())
            .put("zone", weekly.zone().getId());
      } else if (blackout instanceof Blackout.Once once) {
        node.put("from", once.from().toString()).put("until", once.until().toString());
      }
    }
    return json.put("one_rollout", policy.oneRollout());
  }

  /**
   * Reads a policy; what is left out is as in {@link Policy#DEFAULT}.
   *
   * @throws InvalidFlagException naming the field that is unknown or wrong
   */
  public static Policy read(JsonNode json) {
    only("", json, FIELDS);
    List<Blackout> blackouts = new ArrayList<>();
    JsonNode list = json.get("blackouts");
    if (list != null) {
      if (!list.isArray() || list.size() > Policy.MAX_BLACKOUTS) {
        throw new InvalidFlagException(
            "blackouts", "must be a list of at most " + Policy.MAX_BLACKOUTS);
      }
      for (JsonNode blackout : list) {
        blackouts.add(blackout("blackouts[" + blackouts.size() + "].", blackout));
      }
    }
    JsonNode one = json.get("one_rollout");
    if (one != null && !one.isBoolean()) {
      throw new InvalidFlagException("one_rollout", "must be true or false");
    }
    return new Policy(blackouts, one == null ? Policy.DEFAULT.oneRollout() : one.booleanValue());
  }

  private static Blackout blackout(String at, JsonNode json) {
    if (!json.isObject()) {
      throw new InvalidFlagException(
          at.substring(0, at.length() - 1),
          "must be an object such as "
              + "{\"name\": \"nights\", \"from\": \"18:00\", \"to\": \"08:00\", \"zone\": \"Europe/Berlin\"}");
    }
    boolean once = json.has("until");
    only(at, json, once ? ONCE : WEEKLY);
    String name = FlagName.check(at + "name", text(at, json, "name"));
    if (once) {
      String instant = "a moment such as 2026-12-24T00:00:00Z";
      Instant from = time(at, json, "from", instant, Instant::parse);
      Instant until = time(at, json, "until", instant, Instant::parse);
      if (!from.isBefore(until)) {
        throw new InvalidFlagException(at + "until", "must be after from");
      }
      return new Blackout.Once(name, from, until);
    }
    String minute = "a time of day such as 18:00";
    return new Blackout.Weekly(
        name,
        days(at, json.get("days")),
        time(at, json, "from", minute, LocalTime::parse),
        time(at, json, "to", minute, LocalTime::parse),
        time(at, json, "zone", "a time zone such as Europe/Berlin or UTC", ZoneId::of));
  }

  private static Set<DayOfWeek> days(String at, @Nullable JsonNode list) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    if (list == null) {
      return days;
    }
    for (JsonNode day : list) {
      DayOfWeek found = null;
      for (DayOfWeek candidate : DayOfWeek.values()) {
        if (day.isString() && name(candidate).equals(day.stringValue())) {
          found = candidate;
        }
      }
      if (found == null) {
        throw new InvalidFlagException(
            at + "days",
            "must be a list of "
                + EnumSet.allOf(DayOfWeek.class).stream()
                    .map(PolicyJson::name)
                    .collect(Collectors.joining(", ")));
      }
      days.add(found);
    }
    return days;
  }

  private static String name(DayOfWeek day) {
    return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
  }

  private static <T> T time(
      String at, JsonNode json, String field, String expected, Function<String, T> parser) {
    try {
      return parser.apply(text(at, json, field));
    } catch (DateTimeException e) {
      throw new InvalidFlagException(at + field, "must be " + expected);
    }
  }

  private static String text(String at, JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (value == null || !value.isString()) {
      throw new InvalidFlagException(at + field, value == null ? "is missing" : "must be a string");
    }
    return value.stringValue();
  }

  private static void only(String at, JsonNode json, Set<String> known) {
    if (!json.isObject()) {
      throw new InvalidFlagException("body", "must be an object");
    }
    for (String name : json.propertyNames()) {
      if (!known.contains(name)) {
        throw new InvalidFlagException(
            at + name,
            "is not a known field; known are "
                + known.stream().sorted().collect(Collectors.joining(", ")));
      }
    }
  }
}
