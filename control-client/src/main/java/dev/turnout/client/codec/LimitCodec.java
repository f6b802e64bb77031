package dev.turnout.client.codec;

import dev.turnout.flags.Limit;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/** A flag's limit as JSON. */
final class LimitCodec {
  private static final Set<String> FIELDS =
      new TreeSet<>(Set.of("metric", "above", "window", "min_calls", "for"));

  private LimitCodec() {}

  static ObjectNode toJson(Limit limit) {
    ObjectNode json = Json.object();
    json.put("metric", limit.metric().wireName());
    Values.put(json, "above", limit.above());
    json.put("window", Values.text(limit.window()));
    json.put("min_calls", limit.minCalls());
    json.put("for", Values.text(limit.hold()));
    return json;
  }

  static Limit read(Fields fields) {
    fields.only(FIELDS);
    Limit.Metric metric = metric(fields);
    double above = fields.number("above");
    return new Limit(
        metric,
        above,
        fields.has("window") ? fields.duration("window") : Limit.DEFAULT_WINDOW,
        fields.has("min_calls") ? fields.whole("min_calls") : Limit.defaultMinCalls(metric, above),
        fields.has("for") ? fields.duration("for") : Duration.ZERO);
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
}
