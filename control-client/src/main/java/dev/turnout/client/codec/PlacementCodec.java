package dev.turnout.client.codec;

import dev.turnout.flags.Placement;
import dev.turnout.flags.Placement.Algorithm;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** How a flag places its callers, as fields of the flag. */
final class PlacementCodec {
  private static final String EXPOSURE = "bucketing";
  private static final String KEY = "bucketing_key";
  private static final String SALT = "bucketing_salt";
  private static final String VARIANTS = "variant_bucketing";

  /** The fields, all of which people may edit. */
  static final List<String> FIELDS = List.of(EXPOSURE, KEY, SALT, VARIANTS);

  private PlacementCodec() {}

  /** Writes the name alone for the default, which nearly all flags have. */
  static void put(ObjectNode json, Placement placement) {
    if (placement.equals(Placement.TURNOUT1)) {
      json.put(EXPOSURE, placement.exposure().wireName());
    } else {
      putAll(json, placement);
    }
  }

  /** Writes all fields. */
  static void putAll(ObjectNode json, Placement placement) {
    json.put(EXPOSURE, placement.exposure().wireName());
    json.put(KEY, placement.key());
    json.put(SALT, placement.salt());
    json.put(VARIANTS, placement.variants().wireName());
  }

  /** Insists on what another product's algorithm cannot do without: a default would move people. */
  static void require(Fields fields) {
    if (!fields.text(EXPOSURE).equals(Algorithm.TURNOUT1.wireName())) {
      FIELDS.forEach(fields::get);
    }
  }

  /** Applies the fields that are given. */
  static Placement edit(Placement base, Fields fields) {
    return new Placement(
        algorithm(fields, EXPOSURE, base.exposure()),
        algorithm(fields, VARIANTS, base.variants()),
        text(fields, KEY, base.key()),
        text(fields, SALT, base.salt()));
  }

  private static Algorithm algorithm(Fields fields, String name, Algorithm base) {
    return fields.has(name) ? Algorithm.named(fields.at(name), fields.text(name)) : base;
  }

  private static @Nullable String text(Fields fields, String name, @Nullable String base) {
    if (!fields.has(name)) {
      return base;
    }
    return fields.isNull(name) ? null : fields.text(name, Placement.MOST_CHARACTERS);
  }
}
