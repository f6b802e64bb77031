package dev.turnout.client.codec;

import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Stops and trips as JSON. */
final class StopCodec {
  // What agents write is far shorter. A trip becomes part of the flag, and so of every snapshot.
  private static final int MAX_LIMIT = 64;
  private static final int MAX_RULE = 32;

  private StopCodec() {}

  static ObjectNode toJson(Stop stop) {
    ObjectNode json = Json.object();
    json.put("kind", stop.kind().name().toLowerCase(Locale.ROOT));
    json.put("by", stop.by());
    json.put("at", stop.at().toString());
    json.put("reason", stop.reason());
    Trip evidence = stop.evidence();
    if (evidence == null) {
      json.putNull("evidence");
    } else {
      json.set("evidence", toJson(evidence));
    }
    return json;
  }

  static Stop read(Fields fields) {
    Stop.Kind kind =
        switch (fields.text("kind")) {
          case "killed" -> Stop.Kind.KILLED;
          case "tripped" -> Stop.Kind.TRIPPED;
          default -> throw fields.wrong("kind", "killed or tripped");
        };
    return new Stop(
        kind,
        fields.text("by"),
        fields.instant("at"),
        fields.has("reason") ? fields.text("reason") : "",
        evidence(fields));
  }

  private static @Nullable Trip evidence(Fields fields) {
    return !fields.has("evidence") || fields.isNull("evidence")
        ? null
        : readTrip(fields.object("evidence"));
  }

  static ObjectNode toJson(Trip trip) {
    ObjectNode json = Json.object();
    json.put("flag", trip.flag());
    json.put("variant", trip.variant());
    json.put("flag_revision", trip.flagRevision());
    json.put("limit", trip.limit());
    json.put("rule", trip.rule());
    Values.put(json, "observed", trip.observed());
    json.put("calls", trip.calls());
    json.put("bad", trip.bad());
    json.put("at", trip.at().toString());
    return json;
  }

  static Trip readTrip(Fields fields) {
    long calls = fields.whole("calls", 1, ReportCodec.MAX_CALLS);
    long bad = fields.whole("bad", 1, ReportCodec.MAX_CALLS);
    if (bad > calls) {
      throw new InvalidFlagException(
          fields.at("bad"), "must be at most calls: " + bad + " of " + calls);
    }
    return new Trip(
        FlagName.check(fields.at("flag"), fields.text("flag")),
        variant(fields),
        fields.whole("flag_revision"),
        fields.line("limit", MAX_LIMIT),
        fields.line("rule", MAX_RULE),
        fields.number("observed", ReportCodec.MAX_CALLS),
        calls,
        bad,
        fields.instant("at"));
  }

  private static @Nullable String variant(Fields fields) {
    return !fields.has("variant") || fields.isNull("variant")
        ? null
        : FlagName.check(fields.at("variant"), fields.text("variant"));
  }
}
