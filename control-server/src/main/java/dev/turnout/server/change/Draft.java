package dev.turnout.server.change;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.store.AuditEntry;
import dev.turnout.server.store.EnvironmentJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next snapshot in the making, with an audit entry for each thing that differs. What makes no
 * difference leaves no trace, so that a repeated request moves no revision. One thread only.
 */
public final class Draft {
  private final Snapshot base;
  private final String actor;
  private final Instant now;
  private final long revision;
  private final Map<String, Flag> flags;
  private final List<AuditEntry> entries = new ArrayList<>();
  private long epoch;
  private CanaryMode canary;
  private Map<String, RingMembers> rings;

  Draft(Snapshot base, String actor, Instant now) {
    this.base = base;
    this.actor = actor;
    this.now = now;
    revision = base.revision() + 1;
    epoch = base.epoch();
    flags = new TreeMap<>(base.flags());
    canary = base.canary();
    rings = base.ringMembers();
  }

  /** The name of the token that asked. */
  String actor() {
    return actor;
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
  void raiseEpoch(@Nullable String reason) {
    long before = epoch;
    epoch++;
    enter(
        "raise-epoch",
        null,
        EnvironmentJson.epoch(before).toString(),
        EnvironmentJson.epoch(epoch).toString(),
        reason);
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

  List<AuditEntry> entries() {
    return List.copyOf(entries);
  }

  boolean isUnchanged() {
    return entries.isEmpty();
  }

  /** Returns the checked snapshot, or the one that the draft began with if nothing differs. */
  Snapshot done() {
    if (isUnchanged()) {
      return base;
    }
    Snapshot after = new Snapshot(base.env(), epoch, revision, now, canary, rings, flags);
    after.checkDependencies();
    checkFrozen(after);
    return after;
  }

  // Held against what was in force before the whole change, so that no detour gets around it.
  private void checkFrozen(Snapshot after) {
    for (Flag before : base.flags().values()) {
      if (before.frozen() && Exposure.isRaised(base, after, before.name())) {
        throw new RefusedException(
            before.name() + " is frozen: unfreeze it before more callers may reach its new path");
      }
      if (before.frozen() && Exposure.isSplitChanged(base, after, before.name())) {
        throw new RefusedException(
            before.name() + " is frozen: unfreeze it before its callers may get other variants");
      }
    }
  }

  private void enter(
      String action,
      @Nullable String flag,
      @Nullable String before,
      @Nullable String after,
      @Nullable String reason) {
    entries.add(new AuditEntry(revision, now, actor, action, flag, before, after, reason));
  }
}
