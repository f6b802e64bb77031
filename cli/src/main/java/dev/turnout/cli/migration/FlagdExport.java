package dev.turnout.cli.migration;

import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Placement.Algorithm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The flag definitions of flagd: a default variant, or a {@code fractional} split. */
final class FlagdExport {
  private static final String FRACTIONAL = "fractional";
  private static final String TARGETING_KEY = "targetingKey";

  private final Algorithm algorithm;

  /**
   * Reads with one of flagd's two ways of placing a key.
   *
   * @param algorithm the one that the flags were evaluated with
   */
  FlagdExport(Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  Migration.Moved translate(String name, JsonNode definition) throws InexactException {
    List<String> notes = new ArrayList<>();
    FlagEdit edit = Flag.named(name).edit();
    JsonNode variants = definition.path("variants");
    String state = Definition.text(definition, "state");
    if ("DISABLED".equals(state)) {
      edit.enabled(false);
      notes.add("disabled: there the calling code's own default was served");
    } else if (!"ENABLED".equals(state)) {
      throw new InexactException("state is neither ENABLED nor DISABLED");
    }
    Split split = new Split();
    String key = null;
    if (Definition.isEmpty(definition, "targeting")) {
      add(split, variants, Definition.text(definition, "defaultVariant"), 1);
    } else {
      List<JsonNode> parts = fractional(definition.path("targeting"));
      boolean keyed = !parts.get(0).isArray();
      key = keyed ? key(name, parts.get(0)) : null;
      for (JsonNode part : parts.subList(keyed ? 1 : 0, parts.size())) {
        add(split, variants, variant(part), weight(part));
      }
    }
    split.apply(edit, algorithm, key, null);
    return new Migration.Moved(edit.done(), notes);
  }

  private static List<JsonNode> fractional(JsonNode targeting) throws InexactException {
    if (targeting.size() != 1 || !targeting.has(FRACTIONAL)) {
      throw new InexactException(
          "it has targeting other than one \"fractional\", which flags here do not");
    }
    List<JsonNode> parts = Definition.list(targeting, FRACTIONAL);
    if (parts.size() < 2) {
      throw new InexactException("its \"fractional\" has not two parts, and is not evaluated");
    }
    return parts;
  }

  private static void add(Split split, JsonNode variants, @Nullable String name, int weight)
      throws InexactException {
    if (name == null) {
      throw new InexactException("it has no defaultVariant: the calling code decides");
    }
    if (!variants.has(name)) {
      throw new InexactException("there is no variant \"" + name + "\"");
    }
    split.add(name, variants.path(name), weight);
  }

  private static String variant(JsonNode part) throws InexactException {
    if (!part.isArray() || part.isEmpty() || !part.get(0).isString()) {
      throw new InexactException("a part of its \"fractional\" names no variant");
    }
    return part.get(0).stringValue();
  }

  private static int weight(JsonNode part) throws InexactException {
    return part.size() < 2 ? 1 : Definition.whole(part.get(1), "a weight");
  }

  /** What stands before the targeting key in what is hashed. */
  private static String key(String flag, JsonNode expression) throws InexactException {
    if (isVariable(expression, TARGETING_KEY)) {
      return "";
    }
    List<JsonNode> parts = Definition.list(expression, "cat");
    if (expression.size() != 1
        || parts.isEmpty()
        || !isVariable(parts.get(parts.size() - 1), TARGETING_KEY)) {
      throw new InexactException("it hashes something else than text before the targeting key");
    }
    StringBuilder key = new StringBuilder();
    for (JsonNode part : parts.subList(0, parts.size() - 1)) {
      if (part.isString()) {
        key.append(part.stringValue());
      } else if (isVariable(part, "$flagd.flagKey")) {
        key.append(flag);
      } else {
        throw new InexactException("it hashes something else than text before the targeting key");
      }
    }
    return key.toString();
  }

  private static boolean isVariable(JsonNode expression, String name) {
    return expression.size() == 1 && expression.path("var").asString("").equals(name);
  }
}
