package dev.turnout.cli.migration;

import dev.turnout.flags.Canary;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagEdit;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Placement;
import dev.turnout.flags.Placement.Algorithm;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Unleash's features as its clients get them: a gradual rollout, and users by name. */
final class UnleashExport {
  private static final int VARIANT_WEIGHTS = 1_000;
  private static final String RANDOM_NOTE =
      "callers without a user are drawn call by call here; there by their session, if they had one";

  private final String name;
  private final JsonNode feature;
  private final FlagEdit edit;
  private final List<String> notes = new ArrayList<>();
  private final Set<String> users = new LinkedHashSet<>();

  // Of the one strategy that lets in a share; null before there is one.
  private @Nullable Percentage share;
  private String group;
  private List<JsonNode> variants = List.of();

  private UnleashExport(String name, JsonNode feature) {
    this.name = name;
    this.feature = feature;
    edit = Flag.named(name).edit();
    group = name;
  }

  static Migration.Moved translate(String name, JsonNode feature) throws InexactException {
    return new UnleashExport(name, feature).translate();
  }

  private Migration.Moved translate() throws InexactException {
    edit.enabled(Definition.bool(feature, "enabled", false));
    List<JsonNode> strategies = Definition.list(feature, "strategies");
    if (strategies.isEmpty()) {
      share = Percentage.FULL;
    }
    for (JsonNode strategy : strategies) {
      strategy(strategy);
    }
    edit.percentage(share == null ? Percentage.ZERO : share);
    if (!users.isEmpty()) {
      edit.canary(new Canary(Set.of(), Set.of(), users));
      notes.add("its users by name are canary users: they are on while canary mode is");
    }
    dependencies();
    variants();
    edit.bucketing(new Placement(Algorithm.UNLEASH, Algorithm.UNLEASH, group, null));
    return new Migration.Moved(edit.done(), notes.stream().distinct().toList());
  }

  private void strategy(JsonNode strategy) throws InexactException {
    Definition.none(strategy, "constraints", "constraints");
    Definition.none(strategy, "segments", "segments");
    if (Definition.bool(strategy, "disabled", false)) {
      throw new InexactException("it has a strategy that is disabled; take it out");
    }
    JsonNode parameters = strategy.path("parameters");
    String kind = Definition.text(strategy, "name");
    switch (kind == null ? "" : kind) {
      case "default" -> let(Percentage.FULL, strategy);
      case "flexibleRollout" -> {
        let(percent(parameters, "rollout"), strategy);
        stickiness(Definition.text(parameters, "stickiness"));
        group(Definition.text(parameters, "groupId"));
      }
      case "gradualRolloutUserId" -> {
        String groupId = Definition.text(parameters, "groupId");
        if (groupId == null) {
          throw new InexactException("its rollout has no groupId, and lets nobody in");
        }
        let(percent(parameters, "percentage"), strategy);
        group(groupId);
      }
      case "userWithId" -> users(strategy);
      default ->
          throw new InexactException("it has the strategy " + kind + ", which flags here do not");
    }
  }

  private void let(Percentage in, JsonNode strategy) throws InexactException {
    if (share != null) {
      throw new InexactException("it has several strategies that let in a share of callers");
    }
    share = in;
    variants = Definition.list(strategy, "variants");
  }

  private void group(@Nullable String groupId) {
    if (groupId != null) {
      group = groupId;
    }
  }

  private void users(JsonNode strategy) throws InexactException {
    Definition.none(strategy, "variants", "variants for users by name");
    String listed = Definition.text(strategy.path("parameters"), "userIds");
    for (String user : (listed == null ? "" : listed).split(",")) {
      if (!user.isBlank()) {
        users.add(user.strip());
      }
    }
  }

  // Written as a text, and read by the engine as a whole number or not at all.
  private static Percentage percent(JsonNode parameters, String field) throws InexactException {
    String text = parameters.path(field).asString("");
    try {
      return Percentage.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new InexactException(field + " is no whole number: \"" + text + "\"");
    }
  }

  private void stickiness(@Nullable String stickiness) throws InexactException {
    if (stickiness == null || stickiness.equals("default")) {
      notes.add(RANDOM_NOTE);
    } else if (!stickiness.equals("userId")) {
      throw new InexactException(
          "it is sticky by " + stickiness + ": who has none would be placed elsewhere");
    }
  }

  private void variants() throws InexactException {
    List<JsonNode> own = Definition.list(feature, "variants");
    boolean ofStrategy = !variants.isEmpty();
    if (!ofStrategy) {
      variants = own;
      if (!own.isEmpty() && !group.equals(name) && !isConstant()) {
        throw new InexactException(
            "its variants are by its name, and its rollout by the groupId " + group);
      }
      group = own.isEmpty() ? group : name;
    }
    if (ofStrategy && !users.isEmpty()) {
      throw new InexactException("its users by name get no variant there, and would here");
    }
    if (variants.isEmpty()) {
      return;
    }
    // The first variant's counts for all of them.
    stickiness(Definition.text(variants.get(0), "stickiness"));
    List<Variants.Variant> all = new ArrayList<>();
    int sum = 0;
    for (JsonNode variant : variants) {
      Definition.none(variant, "overrides", "overrides of variants");
      String called = Definition.text(variant, "name");
      int weight = Definition.whole(variant.path("weight"), "a weight");
      all.add(
          new Variants.Variant(called == null ? "" : called, Split.share(weight, VARIANT_WEIGHTS)));
      sum += weight;
    }
    if (sum != VARIANT_WEIGHTS) {
      throw new InexactException(
          "the weights of its variants sum to " + sum + " and not to " + VARIANT_WEIGHTS);
    }
    edit.variants(new Variants(all));
  }

  private boolean isConstant() {
    return Percentage.FULL.equals(share) || Percentage.ZERO.equals(share);
  }

  private void dependencies() throws InexactException {
    List<String> dependencies = new ArrayList<>();
    for (JsonNode dependency : Definition.list(feature, "dependencies")) {
      String parent = Definition.text(dependency, "feature");
      Definition.none(dependency, "variants", "a dependency on variants");
      if (parent == null || !Definition.bool(dependency, "enabled", true)) {
        throw new InexactException("it needs " + parent + " to be off; only on can be");
      }
      dependencies.add(parent);
    }
    edit.dependencies(dependencies);
  }
}
