package dev.turnout.client.codec;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Variants;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A flag as JSON. */
public final class FlagCodec {
  private static final Set<String> EDITABLE =
      new LinkedHashSet<>(
          List.of(
              "enabled",
              "strategy",
              "percentage",
              "rings",
              "variants",
              "canary",
              "dependencies",
              "stickiness",
              "bucketing",
              "bucketing_key",
              "bucketing_salt",
              "variant_bucketing",
              "limits",
              "ladder",
              "frozen",
              "description"));

  private static final Set<String> READ_ONLY = Set.of("revision", "reset_revision", "stop");

  // What decides or guards: a default in place of a lost value could put people on the new path.
  // The others default to the cautious side; and "variants" to none, for that is what a server or a
  // store of an older version means that does not know them.
  private static final List<String> REQUIRED =
      List.of(
          "revision",
          "enabled",
          "strategy",
          "percentage",
          "rings",
          "dependencies",
          "stickiness",
          "bucketing",
          "limits",
          "stop");

  private static final Set<String> CANARY_FIELDS = Set.of("servers", "regions", "users");

  private FlagCodec() {}

  /** Writes the whole flag. */
  public static ObjectNode toJson(Flag flag) {
    ObjectNode json = Json.object();
    json.put("name", flag.name());
    json.put("revision", flag.revision());
    json.put("reset_revision", flag.resetRevision());
    json.put("enabled", flag.enabled());
    json.put("strategy", flag.strategy().name().toLowerCase(Locale.ROOT));
    Values.put(json, "percentage", flag.percentage().percent());
    ObjectNode rings = json.putObject("rings");
    flag.rings().forEach((ring, share) -> Values.put(rings, ring, share.percent()));
    ObjectNode variants = json.putObject("variants");
    flag.variants()
        .weights()
        .forEach((variant, weight) -> Values.put(variants, variant, weight.percent()));
    ObjectNode canary = json.putObject("canary");
    Values.put(canary, "servers", flag.canary().servers());
    Values.put(canary, "regions", flag.canary().regions());
    Values.put(canary, "users", flag.canary().users());
    ArrayNode dependencies = json.putArray("dependencies");
    flag.dependencies().forEach(dependencies::add);
    json.put("stickiness", flag.stickiness());
    PlacementCodec.put(json, flag.bucketing());
    ArrayNode limits = json.putArray("limits");
    flag.limits().forEach(limit -> limits.add(LimitCodec.toJson(limit)));
    ArrayNode ladder = json.putArray("ladder");
    flag.ladder().forEach(step -> Values.add(ladder, step.percent()));
    json.put("frozen", flag.frozen());
    Stop stop = flag.stop();
    if (stop == null) {
      json.putNull("stop");
    } else {
      json.set("stop", StopCodec.toJson(stop));
    }
    json.put("description", flag.description());
    return json;
  }

  /**
   * Applies the fields that a person gave to a flag, and leaves the others as they are.
   *
   * @param base the flag as it stands
   * @param fields an object; {@code name} may be given if it is the flag's
   * @throws InvalidFlagException naming the first field that is unknown, read only or wrong
   */
  public static Flag edit(Flag base, JsonNode fields) {
    Fields given = new Fields("", fields, true);
    for (String name : READ_ONLY) {
      if (given.has(name)) {
        throw new InvalidFlagException(name, "is read only");
      }
    }
    return edit(base, given, EDITABLE);
  }

  static Flag edit(Flag base, Fields given, Collection<String> allowed) {
    Set<String> known = new LinkedHashSet<>(allowed);
    known.add("name");
    given.only(known);
    if (given.has("name") && !given.text("name").equals(base.name())) {
      throw new InvalidFlagException("name", "is read only, and is \"" + base.name() + "\"");
    }
    FlagEdit edit = base.edit();
    apply(edit, given);
    edit.bucketing(PlacementCodec.edit(base.bucketing(), given));
    return edit.done();
  }

  static Set<String> editable() {
    return EDITABLE;
  }

  /**
   * Reads a whole flag as a server sends it: unknown fields are ignored; the fields that neither
   * decide nor guard may be missing.
   *
   * @throws InvalidFlagException naming the first field that is missing or not understood
   */
  public static Flag read(JsonNode json) {
    Fields fields = new Fields("", json, false);
    String name = FlagName.check("name", fields.text("name"));
    REQUIRED.forEach(fields::get);
    PlacementCodec.require(fields);
    FlagEdit edit = Flag.named(name).edit().revision(fields.whole("revision"));
    if (fields.has("reset_revision")) {
      edit.resetRevision(fields.whole("reset_revision"));
    }
    apply(edit, fields);
    edit.bucketing(PlacementCodec.edit(Placement.TURNOUT1, fields));
    edit.stop(fields.isNull("stop") ? null : StopCodec.read(fields.object("stop")));
    return edit.done();
  }

  private static void apply(FlagEdit edit, Fields fields) {
    if (fields.has("enabled")) {
      edit.enabled(fields.bool("enabled"));
    }
    if (fields.has("strategy")) {
      edit.strategy(strategy(fields));
    }
    if (fields.has("percentage")) {
      edit.percentage(fields.percentage("percentage"));
    }
    if (fields.has("rings")) {
      edit.rings(fields.shares("rings"));
    }
    if (fields.has("variants")) {
      edit.variants(Variants.of(fields.shares("variants")));
    }
    if (fields.has("canary")) {
      Fields canary = fields.object("canary").only(CANARY_FIELDS);
      edit.canary(
          new Canary(
              canary.textSet("servers"), canary.textSet("regions"), canary.textSet("users")));
    }
    if (fields.has("dependencies")) {
      edit.dependencies(List.copyOf(new LinkedHashSet<>(fields.texts("dependencies"))));
    }
    if (fields.has("stickiness")) {
      edit.stickiness(fields.text("stickiness"));
    }
    if (fields.has("limits")) {
      List<Limit> limits = fields.list("limits").stream().map(LimitCodec::read).toList();
      edit.limits(limits);
    }
    if (fields.has("ladder")) {
      edit.ladder(ladder(fields));
    }
    if (fields.has("frozen")) {
      edit.frozen(fields.bool("frozen"));
    }
    if (fields.has("description")) {
      edit.description(fields.text("description"));
    }
  }

  private static Flag.Strategy strategy(Fields fields) {
    return switch (fields.text("strategy")) {
      case "percentage" -> Flag.Strategy.PERCENTAGE;
      case "ring" -> Flag.Strategy.RING;
      default -> throw fields.wrong("strategy", "percentage or ring");
    };
  }

  private static List<Percentage> ladder(Fields flag) {
    List<Percentage> steps = new ArrayList<>();
    for (JsonNode step : flag.array("ladder")) {
      String field = flag.at("ladder") + "[" + steps.size() + "]";
      BigDecimal percent =
          step.decimalValueOpt()
              .orElseThrow(() -> new InvalidFlagException(field, "must be a number from 0 to 100"));
      steps.add(Percentage.of(field, percent));
    }
    return steps;
  }
}
