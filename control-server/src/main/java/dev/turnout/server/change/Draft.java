package dev.turnout.server.change;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.experiment.Experiment;
import dev.turnout.server.experiment.ExperimentJson;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.EnvironmentJson;
import dev.turnout.server.store.Kept;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The next snapshot in the making, and what servers keep beside it, with an audit entry for each
 * thing that differs. What makes no difference leaves no trace, so that a repeated request moves no
 * revision. One thread only.
 */
public final class Draft {
  // Each costs every start of a server, and every edit, a little.
  private static final int MAX_EXPERIMENTS = 10_000;

  private final Kept before;
  private final Snapshot base;
  private final Author author;
  private final Instant now;
  private final long revision;
  private final Map<String, Flag> flags;
  private final Map<String, Rollout> rollouts;
  private final Map<String, Experiment> experiments;
  private final List<AuditEntry> entries = new ArrayList<>();
  private long epoch;
  private CanaryMode canary;
  private Map<String, RingMembers> rings;
  private @Nullable Policy policy;

  /**
   * Begins with what is {@code before}.
   *
   * @param revision of what comes of it, later than that of {@code before}
   */
  Draft(Kept before, long revision, Author author, Instant now) {
    this.before = before;
    base = before.snapshot();
    this.author = author;
    this.now = now;
    this.revision = revision;
    epoch = base.epoch();
    flags = new TreeMap<>(base.flags());
    canary = base.canary();
    rings = base.ringMembers();
    rollouts = new TreeMap<>(before.rollouts());
    experiments = new TreeMap<>(before.experiments());
  }

  /** The name of the token that asked. */
  String actor() {
    return author.name();
  }

  /** Why it is asked for; null if that was not said. */
  @Nullable String reason() {
    return author.reason();
  }

  Instant now() {
    return now;
  }

  long revision() {
    return revision;
  }

  CanaryMode canary() {
    return canary;
  }

  Map<String, RingMembers> rings() {
    return new LinkedHashMap<>(rings);
  }

  /** Returns whether the flag is there and stopped. */
  public boolean isStopped(String name) {
    Flag flag = flags.get(name);
    return flag != null && flag.stop() != null;
  }

  /** The names of all flags as drafted, in order. */
  Set<String> names() {
    return new LinkedHashSet<>(flags.keySet());
  }

  /** Returns the flag as drafted, or null if there is none of that name. */
  public @Nullable Flag find(String name) {
    return flags.get(name);
  }

  /** Returns the flag as drafted. */
  Flag flag(String name) {
    Flag flag = flags.get(name);
    if (flag == null) {
      throw NotFoundException.flag(name);
    }
    return flag;
  }

  /** Adds a flag that is not there yet. */
  void create(Flag flag) {
    if (flags.size() >= SnapshotCodec.MAX_FLAGS) {
      throw new RefusedException("there are already " + flags.size() + " flags, the most allowed");
    }
    Flag created = flag.edit().revision(revision).resetRevision(revision).done();
    flags.put(created.name(), created);
    enter("create", created.name(), null, FlagCodec.toJson(created).toString(), null);
  }

  /** Replaces a flag that is there. */
  void replace(String action, Flag flag, @Nullable String reason) {
    Flag before = flag(flag.name());
    if (before.equals(flag)) {
      return;
    }
    Flag after = flag.edit().revision(revision).done();
    flags.put(after.name(), after);
    enter(
        action,
        after.name(),
        FlagCodec.toJson(before).toString(),
        FlagCodec.toJson(after).toString(),
        reason);
  }

  /**
   * Does again to a flag what was done before, in the name of who did it and at that time. It is
   * entered even if nothing differs any more: whoever did it was told that it would be.
   */
  void redo(AuditEntry done, Flag flag) {
    Flag before = flag(flag.name());
    Flag after = before.equals(flag) ? before : flag.edit().revision(revision).done();
    flags.put(after.name(), after);
    enter(done, FlagCodec.toJson(before).toString(), FlagCodec.toJson(after).toString());
  }

  /** Enters what was done before to something that is gone since. */
  void redo(AuditEntry done) {
    enter(done, null, null);
  }

  /** As {@link #redo(AuditEntry, Flag)}. */
  void redo(AuditEntry done, CanaryMode after) {
    enter(
        done, EnvironmentJson.canary(canary).toString(), EnvironmentJson.canary(after).toString());
    canary = after;
  }

  private void enter(AuditEntry done, @Nullable String before, @Nullable String after) {
    entries.add(
        new AuditEntry(
            revision,
            done.at(),
            done.actor(),
            done.action(),
            done.flag(),
            before,
            after,
            done.reason(),
            done.overrides()));
  }

  /** Enters that the revision moves although nothing differs. */
  void moveRevision(String why) {
    enter("move-revision", null, null, null, why);
  }

  /** Removes a flag that no other depends on. */
  void remove(String name) {
    Flag before = flag(name);
    List<String> dependents =
        flags.values().stream()
            .filter(flag -> flag.dependencies().contains(name))
            .map(Flag::name)
            .toList();
    if (!dependents.isEmpty()) {
      throw new RefusedException(String.join(", ", dependents) + " depends on " + name);
    }
    flags.remove(name);
    enter("delete", name, FlagCodec.toJson(before).toString(), null, null);
  }

  /** Has agents take this store's snapshots, whatever revision they know of an earlier epoch. */
  void raiseEpoch() {
    long before = epoch;
    epoch++;
    enter(
        "raise-epoch",
        null,
        EnvironmentJson.epoch(before).toString(),
        EnvironmentJson.epoch(epoch).toString(),
        null);
  }

  void canary(CanaryMode after) {
    if (!canary.equals(after)) {
      enter(
          "canary",
          null,
          EnvironmentJson.canary(canary).toString(),
          EnvironmentJson.canary(after).toString(),
          null);
      canary = after;
    }
  }

  void rings(Map<String, RingMembers> after) {
    if (!rings.equals(after)) {
      enter(
          "rings",
          null,
          EnvironmentJson.rings(rings).toString(),
          EnvironmentJson.rings(after).toString(),
          null);
      rings = after;
    }
  }

  /** Returns the flag's rollout as drafted, or null if it has none. */
  public @Nullable Rollout findRollout(String flag) {
    return rollouts.get(flag);
  }

  /** Returns the flag's rollout as drafted. */
  Rollout rollout(String flag) {
    Rollout rollout = rollouts.get(flag);
    if (rollout == null) {
      throw NotFoundException.rollout(flag);
    }
    return rollout;
  }

  /** Adds a rollout, or replaces the one of the same flag. */
  void rollout(String action, Rollout rollout) {
    Rollout was = rollouts.get(rollout.flag());
    if (was == null || !was.equals(rollout.at(was.revision()))) {
      Rollout is = rollout.at(revision);
      rollouts.put(is.flag(), is);
      enter(
          action,
          is.flag(),
          was == null ? null : RolloutJson.write(was).toString(),
          RolloutJson.write(is).toString(),
          null);
    }
  }

  /** As {@link #redo(AuditEntry, Flag)}. */
  void redo(AuditEntry done, Rollout rollout) {
    Rollout was = rollout(rollout.flag());
    Rollout is = was.equals(rollout) ? was : rollout.at(revision);
    rollouts.put(is.flag(), is);
    enter(done, RolloutJson.write(was).toString(), RolloutJson.write(is).toString());
  }

  /** Forgets a flag's rollout. */
  void removeRollout(String flag) {
    enter("rollout-delete", flag, RolloutJson.write(rollout(flag)).toString(), null, null);
    rollouts.remove(flag);
  }

  /** Returns the experiment as drafted, or null if there is none of that name. */
  public @Nullable Experiment findExperiment(String name) {
    return experiments.get(name);
  }

  /** The names of the experiments with that flag. */
  List<String> experimentsOf(String flag) {
    return experiments.values().stream()
        .filter(experiment -> experiment.flag().equals(flag))
        .map(Experiment::name)
        .toList();
  }

  /** Adds an experiment, or replaces the one of the same name. */
  void experiment(Experiment experiment) {
    Experiment was = experiments.get(experiment.name());
    if (was == null && experiments.size() >= MAX_EXPERIMENTS) {
      throw new RefusedException(
          "there are already " + experiments.size() + " experiments, the most allowed");
    }
    if (was == null || !was.equals(experiment.at(was.revision()))) {
      Experiment is = experiment.at(revision);
      experiments.put(is.name(), is);
      enter(
          "experiment",
          is.flag(),
          was == null ? null : ExperimentJson.write(was).toString(),
          ExperimentJson.write(is).toString(),
          null);
    }
  }

  /** Forgets an experiment. */
  void removeExperiment(String name) {
    Experiment was = experiments.remove(name);
    if (was == null) {
      throw NotFoundException.experiment(name);
    }
    enter("experiment-delete", was.flag(), ExperimentJson.write(was).toString(), null, null);
  }

  /**
   * Holds rollouts against their flags: one whose flag is not at its stage any more, because
   * somebody stopped, lowered or edited it, waits until a person goes on with it; those of flags
   * that are gone go too, and so do experiments.
   */
  void settle() {
    for (Rollout rollout : List.copyOf(rollouts.values())) {
      Flag flag = flags.get(rollout.flag());
      if (flag == null) {
        removeRollout(rollout.flag());
      } else if (rollout.state() == Rollout.State.RUNNING && !rollout.current().isInForce(flag)) {
        rollout(
            "rollout-pause",
            rollout.as(
                Rollout.State.PAUSED,
                flag.stop() == null
                    ? actor() + " changed the flag"
                    : "the flag was stopped: " + flag.stop().reason()));
      }
    }
    for (Experiment experiment : List.copyOf(experiments.values())) {
      if (!flags.containsKey(experiment.flag())) {
        removeExperiment(experiment.name());
      }
    }
  }

  /** The new policy, or null if it stays. */
  @Nullable Policy policy() {
    return policy;
  }

  void policy(Policy before, Policy after) {
    if (!before.equals(after)) {
      enter(
          "policy",
          null,
          PolicyJson.write(before).toString(),
          PolicyJson.write(after).toString(),
          null);
      policy = after;
    }
  }

  /**
   * What is to be entered in the audit.
   *
   * @param overridden the refusals that the author went against
   */
  List<AuditEntry> entries(Set<Refusal> overridden) {
    String names =
        overridden.stream().sorted().map(Refusal::wireName).collect(Collectors.joining(","));
    return entries.stream().map(entry -> entry.overriding(names)).toList();
  }

  boolean isUnchanged() {
    return entries.isEmpty();
  }

  /** Returns what is checked, or what the draft began with if nothing differs. */
  Kept done() {
    if (isUnchanged()) {
      return before;
    }
    Snapshot after = new Snapshot(base.env(), epoch, revision, now, canary, rings, flags);
    after.checkDependencies();
    return new Kept(after, rollouts, experiments);
  }

  private void enter(
      String action,
      @Nullable String flag,
      @Nullable String before,
      @Nullable String after,
      @Nullable String reason) {
    String why = reason == null ? author.reason() : reason;
    entries.add(new AuditEntry(revision, now, actor(), action, flag, before, after, why, ""));
  }
}
