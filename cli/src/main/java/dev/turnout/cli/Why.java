package dev.turnout.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a change is asked for, and which refusals it is meant to go against. Which there are is the
 * server's to say, and so is that an override needs a reason: what goes towards the fallback it
 * carries out whatever is said here.
 */
final class Why {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  @Option(
      names = "--override",
      paramLabel = "NAME",
      split = ",",
      description =
          "Do it although the server refuses it for that: ladder, hold, frozen, rollout, blackout"
              + " or dependency; several with commas. Needs --reason.")
  private List<String> overrides = new ArrayList<>();

  boolean isOverriding(String name) {
    return overrides.contains(name);
  }

  /** Adds what was said to a body. */
  ObjectNode addTo(ObjectNode body) {
    if (reason != null) {
      body.put("reason", reason);
    }
    if (!overrides.isEmpty()) {
      body.put("override", String.join(",", overrides));
    }
    return body;
  }

  /** What was said as a body of its own; empty if nothing was. */
  String body() {
    StringJoiner fields = new StringJoiner(",", "{", "}").setEmptyValue("");
    // Written by hand, for a kill must not wait for a JSON library to load.
    if (reason != null) {
      fields.add(field("reason", reason));
    }
    if (!overrides.isEmpty()) {
      fields.add(field("override", String.join(",", overrides)));
    }
    return fields.toString();
  }

  private static String field(String name, String text) {
    char[] quoted = JsonStringEncoder.getInstance().quoteAsCharArray(text);
    return "\"" + name + "\":\"" + new String(quoted) + "\"";
  }

  /** What was said as the query of an address, with its question mark; empty if nothing was. */
  String query() {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    if (reason != null) {
      query.add("reason=" + ControlApi.segment(reason));
    }
    if (!overrides.isEmpty()) {
      query.add("override=" + ControlApi.segment(String.join(",", overrides)));
    }
    return query.toString();
  }
}
