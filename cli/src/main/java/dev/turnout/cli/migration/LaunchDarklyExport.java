package dev.turnout.cli.migration;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Placement.Algorithm;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** LaunchDarkly's flags as its file data source has them. */
final class LaunchDarklyExport {
  private static final int WHOLE = 100_000;
  private static final String USER = "user";

  private final JsonNode flags;

  /**
   * Reads flags.
   *
   * @param flags all of them by key, for prerequisites
   */
  LaunchDarklyExport(JsonNode flags) {
    this.flags = flags;
  }

  /** Turns a flag that is but a value into ours. */
  static Migration.Moved constant(String name, JsonNode value) throws InexactException {
    FlagEdit edit = Flag.named(name).edit();
    new Split().add(Split.nameOf(value), value, 1).apply(edit, Algorithm.LAUNCHDARKLY, null, null);
    return new Migration.Moved(edit.done(), List.of());
  }

  Migration.Moved translate(String name, JsonNode definition) throws InexactException {
    List<String> notes = new ArrayList<>();
    Definition.none(definition, "rules", "targeting rules");
    if (Definition.bool(definition, "deleted", false)) {
      throw new InexactException("it is deleted");
    }
    boolean on = Definition.bool(definition, "on", false);
    List<String> prerequisites = prerequisites(definition);
    if (!on || !prerequisites.isEmpty()) {
      checkOff(definition, notes);
    }
    FlagEdit edit = Flag.named(name).edit().enabled(on).dependencies(prerequisites);
    fallthrough(name, definition, edit);
    Set<String> users = targets(definition);
    if (!users.isEmpty()) {
      edit.canary(new Canary(Set.of(), Set.of(), users));
      notes.add("its targets are canary users: they are on while canary mode is");
    }
    return new Migration.Moved(edit.done(), notes);
  }

  // Off is the fallback here, so it must have been false there.
  private static void checkOff(JsonNode definition, List<String> notes) throws InexactException {
    if (Definition.isEmpty(definition, "offVariation")) {
      notes.add("while it was off, the calling code's own default was served");
      return;
    }
    JsonNode off = variation(definition, definition.path("offVariation"));
    if (!off.isBoolean() || off.booleanValue()) {
      throw new InexactException("while it is off it serves " + off + ", and here the fallback");
    }
  }

  private void fallthrough(String name, JsonNode definition, FlagEdit edit)
      throws InexactException {
    JsonNode fallthrough = definition.path("fallthrough");
    Split split = new Split();
    if (fallthrough.has("variation")) {
      JsonNode value = variation(definition, fallthrough.path("variation"));
      split
          .add(Split.nameOf(value), value, 1)
          .apply(edit, Algorithm.LAUNCHDARKLY, null, salt(definition));
      return;
    }
    JsonNode rollout = fallthrough.path("rollout");
    if (!rollout.isObject()) {
      throw new InexactException("its fallthrough is neither a variation nor a rollout");
    }
    checkUser(rollout);
    for (JsonNode part : Definition.list(rollout, "variations")) {
      JsonNode value = variation(definition, part.path("variation"));
      split.add(Split.nameOf(value), value, Definition.whole(part.path("weight"), "a weight"));
    }
    if (split.total() != WHOLE) {
      throw new InexactException("its weights sum to " + split.total() + " and not to " + WHOLE);
    }
    JsonNode seed = rollout.path("seed");
    if (seed.isIntegralNumber()) {
      split.apply(edit, Algorithm.LAUNCHDARKLY, seed.asString(), null);
      return;
    }
    String salt = salt(definition);
    if (salt == null) {
      throw new InexactException("it has a rollout and neither salt nor seed");
    }
    split.apply(edit, Algorithm.LAUNCHDARKLY, name, salt);
  }

  private static @Nullable String salt(JsonNode definition) throws InexactException {
    return Definition.text(definition, "salt");
  }

  // Whoever lacks the attribute has the lowest bucket there, and is placed by the user's key here.
  private static void checkUser(JsonNode rollout) throws InexactException {
    String kind = Definition.text(rollout, "contextKind");
    if (kind != null && !kind.equals(USER)) {
      throw new InexactException("its rollout is by contexts of kind " + kind + ", not by users");
    }
    String attribute = Definition.text(rollout, "bucketBy");
    boolean experiment = "experiment".equals(Definition.text(rollout, "kind"));
    if (attribute != null && !attribute.isEmpty() && !attribute.equals("key") && !experiment) {
      throw new InexactException(
          "its rollout is by " + attribute + ": who has none would be placed elsewhere");
    }
  }

  private static Set<String> targets(JsonNode definition) throws InexactException {
    Set<String> users = new LinkedHashSet<>();
    for (JsonNode target : Definition.list(definition, "targets")) {
      if (Definition.isEmpty(target, "values")) {
        continue;
      }
      JsonNode value = variation(definition, target.path("variation"));
      if (!value.isBoolean() || !value.booleanValue()) {
        throw new InexactException("it serves " + value + " to users by name; only true can be");
      }
      for (JsonNode user : Definition.list(target, "values")) {
        users.add(user.asString());
      }
    }
    for (JsonNode target : Definition.list(definition, "contextTargets")) {
      if (!Definition.isEmpty(target, "values")) {
        throw new InexactException("it has targets that are no users, which flags here do not");
      }
    }
    return users;
  }

  private List<String> prerequisites(JsonNode definition) throws InexactException {
    List<String> dependencies = new ArrayList<>();
    for (JsonNode prerequisite : Definition.list(definition, "prerequisites")) {
      String key = Definition.text(prerequisite, "key");
      if (key == null || !flags.has(key)) {
        throw new InexactException("it depends on " + key + ", which is not in the file");
      }
      JsonNode needed = variation(flags.path(key), prerequisite.path("variation"));
      if (!needed.isBoolean() || !needed.booleanValue()) {
        throw new InexactException("it needs " + key + " to be " + needed + "; only true can be");
      }
      dependencies.add(key);
    }
    return dependencies;
  }

  private static JsonNode variation(JsonNode definition, JsonNode index) throws InexactException {
    JsonNode value = definition.path("variations").path(Definition.whole(index, "a variation"));
    if (value.isMissingNode()) {
      throw new InexactException("there is no variation " + index);
    }
    return value;
  }
}
