package dev.turnout.client.codec;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Limit;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** A flag's limit as JSON. */
final class LimitCodec {
  private static final Set<String> FIELDS =
      new TreeSet<>(Set.of("metric", "above", "window", "min_calls", "for"));
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private LimitCodec() {}

  static ObjectNode toJson(Limit limit) {
    ObjectNode json = Json.object();
    json.put("metric", limit.metric().wireName());
    Values.put(json, "above", limit.above());
    json.put("window", text(limit.window()));
    json.put("min_calls", limit.minCalls());
    json.put("for", text(limit.hold()));
    return json;
  }

  static Limit read(Fields fields) {
    fields.only(FIELDS);
    Limit.Metric metric = metric(fields);
    double above = fields.number("above");
    return new Limit(
        metric,
        above,
        fields.has("window") ? duration(fields, "window") : Limit.DEFAULT_WINDOW,
        fields.has("min_calls") ? fields.whole("min_calls") : Limit.defaultMinCalls(metric, above),
        fields.has("for") ? duration(fields, "for") : Duration.ZERO);
  }

  private static Limit.Metric metric(Fields fields) {
    String name = fields.text("metric");
    for (Limit.Metric metric : Limit.Metric.values()) {
      if (metric.wireName().equals(name)) {
        return metric;
      }
    }
    throw fields.wrong("metric", "error_rate, p50_ms, p95_ms, p99_ms or consecutive_failures");
  }

  private static Duration duration(Fields fields, String name) {
    Matcher matcher = DURATION.matcher(fields.text(name));
    if (!matcher.matches()) {
      throw fields.wrong(name, "a duration such as \"500ms\", \"60s\" or \"5m\"");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> throw new InvalidFlagException(fields.at(name), "has an unknown unit");
    };
  }

  private static String text(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }
}
