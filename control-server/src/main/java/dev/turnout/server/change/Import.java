package dev.turnout.server.change;

import dev.turnout.client.codec.ExportCodec;
import dev.turnout.client.codec.ExportCodec.Export;
import dev.turnout.client.codec.PortableFlag;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.server.store.EnvironmentJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes an environment what a document says, as far as it does: what it leaves out stays, a field
 * of a flag as well as a whole flag, unless flags and rings that are not in it are to go. Stops and
 * freezes that stand are not lifted. Tells afterwards what it did.
 */
public final class Import implements Change {
  private final Export export;
  private final @Nullable Policy policy;
  private final Supplier<Policy> policyInForce;
  private final boolean replace;

  private final List<String> created = new ArrayList<>();
  private final List<Changed> changed = new ArrayList<>();
  private final List<String> removed = new ArrayList<>();
  private final List<String> removedRollouts = new ArrayList<>();
  private final List<String> removedExperiments = new ArrayList<>();
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<Standing> kept = new ArrayList<>();
  private int unchanged;

  /** What of a flag stays although the document says otherwise: {@code stop} or {@code frozen}. */
  public record Standing(String flag, String field) {}

  /** What belongs to the environment as a whole, as it was and as it is now. */
  public record Setting(JsonNode before, JsonNode after) {}

  /** A flag that was there, and what it is now. */
  public record Changed(Flag before, Flag after) {}

  private Import(
      Export export, @Nullable Policy policy, Supplier<Policy> policyInForce, boolean replace) {
    this.export = export;
    this.policy = policy;
    this.policyInForce = policyInForce;
    this.replace = replace;
  }

  /**
   * Reads a document.
   *
   * @param replace whether flags and rings that are not in it are to go
   * @throws InvalidFlagException naming the first field that is unknown, missing or wrong
   */
  public static Import of(JsonNode document, boolean replace, Changes changes) {
    Export export = ExportCodec.read(document);
    JsonNode policy = export.policy();
    return new Import(export, policy == null ? null : policy(policy), changes::policy, replace);
  }

  private static Policy policy(JsonNode json) {
    try {
      return PolicyJson.read(json);
    } catch (InvalidFlagException e) {
      throw new InvalidFlagException(
          "policy." + e.field(), String.valueOf(e.getMessage()).substring(e.field().length() + 2));
    }
  }

  /** Writes an environment as a document that can be read here. */
  public static ObjectNode export(Snapshot snapshot, Policy policy) {
    return ExportCodec.write(snapshot, PolicyJson.write(policy));
  }

  @Override
  public void apply(Draft draft) {
    created.clear();
    changed.clear();
    removed.clear();
    removedRollouts.clear();
    removedExperiments.clear();
    settings.clear();
    kept.clear();
    unchanged = 0;
    List<PortableFlag> flags = export.flags();
    if (flags != null) {
      flags.forEach(flag -> apply(draft, flag));
      if (replace) {
        removeOthers(draft, flags);
      }
    }
    CanaryMode canary = export.canary();
    if (canary != null) {
      set("canary", EnvironmentJson.canary(draft.canary()), EnvironmentJson.canary(canary));
      draft.canary(canary);
    }
    Map<String, RingMembers> given = export.rings();
    if (given != null) {
      Map<String, RingMembers> rings = rings(draft, given);
      set("rings", EnvironmentJson.rings(draft.rings()), EnvironmentJson.rings(rings));
      draft.rings(rings);
    }
    if (policy != null) {
      Policy before = policyInForce.get();
      set("policy", PolicyJson.write(before), PolicyJson.write(policy));
      draft.policy(before, policy);
    }
  }

  private void set(String name, JsonNode before, JsonNode after) {
    if (!before.equals(after)) {
      settings.put(name, new Setting(before, after));
    }
  }

  private void apply(Draft draft, PortableFlag flag) {
    String name = flag.name();
    Flag before = draft.find(name);
    if (before == null) {
      draft.create(flag.appliedTo(Flag.named(name)));
      created.add(name);
      return;
    }
    Flag after = flag.appliedTo(before);
    draft.replace("import", after, null);
    if (before.equals(after)) {
      unchanged++;
    } else {
      changed.add(new Changed(before, after));
    }
    Flag wanted = flag.appliedTo(before.edit().stop(null).frozen(false).done());
    Stop stop = after.stop();
    if (flag.says("stop") && stop != null && !stop.equals(wanted.stop())) {
      kept.add(new Standing(name, "stop"));
    }
    if (flag.says("frozen") && after.frozen() != wanted.frozen()) {
      kept.add(new Standing(name, "frozen"));
    }
  }

  private void removeOthers(Draft draft, List<PortableFlag> flags) {
    Set<String> others = draft.names();
    flags.forEach(flag -> others.remove(flag.name()));
    Map<String, Set<String>> dependents = new HashMap<>();
    for (String name : others) {
      draft
          .flag(name)
          .dependencies()
          .forEach(on -> dependents.computeIfAbsent(on, any -> new LinkedHashSet<>()).add(name));
    }
    others.forEach(name -> remove(draft, name, dependents));
  }

  // Whoever depends on it first, or it could not go. No chain of them is long.
  private void remove(Draft draft, String name, Map<String, Set<String>> dependents) {
    if (draft.find(name) != null) {
      dependents.getOrDefault(name, Set.of()).forEach(each -> remove(draft, each, dependents));
      draft.remove(name);
      removed.add(name);
      if (draft.findRollout(name) != null) {
        removedRollouts.add(name);
      }
      removedExperiments.addAll(draft.experimentsOf(name));
    }
  }

  private Map<String, RingMembers> rings(Draft draft, Map<String, RingMembers> given) {
    Map<String, RingMembers> rings = replace ? new LinkedHashMap<>() : draft.rings();
    rings.putAll(given);
    return rings;
  }

  /** The environment that the document comes from; null if it does not say. */
  public @Nullable String env() {
    return export.env();
  }

  /** The names of the flags that were not there before. */
  public List<String> created() {
    return List.copyOf(created);
  }

  /** The flags that were there and are something else now. */
  public List<Changed> changed() {
    return List.copyOf(changed);
  }

  /** The names of the flags that are gone. */
  public List<String> removed() {
    return List.copyOf(removed);
  }

  /** The names of the flags that are gone and had a rollout, which went with them. */
  public List<String> removedRollouts() {
    return List.copyOf(removedRollouts);
  }

  /** The names of the experiments that went with their flags. */
  public List<String> removedExperiments() {
    return List.copyOf(removedExperiments);
  }

  /** How many flags were there already, the same. */
  public int unchanged() {
    return unchanged;
  }

  /** What else was changed, by its name: {@code canary}, {@code rings} or {@code policy}. */
  public Map<String, Setting> settings() {
    return new LinkedHashMap<>(settings);
  }

  /** What of flags stays although the document says otherwise. */
  public List<Standing> kept() {
    return List.copyOf(kept);
  }
}
