package dev.turnout.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** How the parts of the server's answers read. */
final class Words {
  private Words() {}

  /** Why a flag is on or off as a whole: the state that {@code /status.json} has, derived. */
  static String state(JsonNode flag) {
    String given = flag.path("state").asString("");
    if (!given.isEmpty()) {
      return given;
    }
    JsonNode stop = flag.path("stop");
    if (stop.isObject()) {
      return stop.path("kind").asString("stopped");
    }
    return flag.path("enabled").asBoolean(true) ? "enabled" : "disabled";
  }

  /** Who is let in: {@code 10 %}, or {@code internal 100 %, beta 50 %}. */
  static String rollout(JsonNode flag) {
    if (!flag.path("strategy").asString("").equals("ring")) {
      return percent(flag.path("percentage"));
    }
    String rings = shares(flag.path("rings"));
    return rings.isEmpty() ? "no rings" : rings;
  }

  /** Says that a percentage was set in vain, where it was. */
  static void noteOnRings(JsonNode flag, PrintWriter out) {
    if (flag.path("strategy").asString("").equals("ring")) {
      out.println("  its strategy is ring: the percentage of each ring counts, not this one");
    }
  }

  /** Shares by name, in order: {@code manual 33.34 %, auto 66.66 %}; empty if there are none. */
  static String shares(JsonNode shares) {
    StringJoiner all = new StringJoiner(", ");
    shares.properties().forEach(share -> all.add(share.getKey() + " " + percent(share.getValue())));
    return all.toString();
  }

  /** Percentages in order: {@code 1, 5, 10 %}; empty if there are none. */
  static String steps(JsonNode percentages) {
    StringJoiner all = new StringJoiner(", ", "", " %").setEmptyValue("");
    percentages.values().stream()
        .filter(JsonNode::isNumber)
        .forEach(step -> all.add(plain(step.decimalValue())));
    return all.toString();
  }

  static String percent(JsonNode number) {
    return number.isNumber() ? plain(number.decimalValue()) + " %" : "-";
  }

  /** The share of {@code part} in {@code whole}, in percent. */
  static String share(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  /** The two latencies of a path, such as {@code 1.2/4}, in milliseconds. */
  static String latencies(JsonNode path) {
    JsonNode median = path.path("p50_ms");
    JsonNode tail = path.path("p99_ms");
    return median.isNumber() && tail.isNumber()
        ? millis(median.decimalValue()) + "/" + millis(tail.decimalValue())
        : "-";
  }

  /** A duration as people write it, such as {@code 1h30m}. */
  static String duration(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** A time as the server writes it, such as {@code 86400s}, as people write it. */
  static String time(String text) {
    return text.matches("\\d{1,9}s")
        ? duration(Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1))))
        : text;
  }

  /** A latency in milliseconds. */
  static String millis(JsonNode number) {
    return number.isNumber() ? millis(number.decimalValue()) : "-";
  }

  static String list(JsonNode texts) {
    StringJoiner list = new StringJoiner(", ");
    texts.values().forEach(text -> list.add(text.asString("")));
    return list.length() == 0 ? "-" : list.toString();
  }

  /** An answer with every text of it as {@link #oneLine} has it, for people. */
  static JsonNode printable(JsonNode answer) {
    if (answer.isString()) {
      return StringNode.valueOf(oneLine(answer.stringValue()));
    }
    if (answer instanceof ArrayNode list) {
      ArrayNode printable = list.arrayNode(list.size());
      list.forEach(value -> printable.add(printable(value)));
      return printable;
    }
    if (answer instanceof ObjectNode fields) {
      ObjectNode printable = fields.objectNode();
      fields.properties().forEach(f -> printable.set(oneLine(f.getKey()), printable(f.getValue())));
      return printable;
    }
    return answer;
  }

  /**
   * A text that somebody wrote, so that it can neither pass for lines of ours nor command the
   * terminal.
   */
  static String oneLine(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ").strip();
  }

  static String yesNo(JsonNode value) {
    return value.asBoolean(false) ? "yes" : "no";
  }

  /** Who stopped a flag, when and why, in one line; empty if nobody did. */
  static String stop(JsonNode flag) {
    JsonNode stop = flag.path("stop");
    if (!stop.isObject()) {
      return "";
    }
    String reason = stop.path("reason").asString("");
    return stop.path("kind").asString("stopped")
        + " by "
        + stop.path("by").asString("?")
        + " at "
        + stop.path("at").asString("?")
        + (reason.isEmpty() ? "" : ": " + reason);
  }

  private static String millis(BigDecimal number) {
    return plain(number.setScale(2, RoundingMode.HALF_UP));
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
