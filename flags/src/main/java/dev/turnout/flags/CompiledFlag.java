package dev.turnout.flags;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A flag made ready to decide many calls: seed and thresholds computed, outcomes allocated.
 *
 * <p>The order is fixed, the first rule that matches wins: stopped by a kill or a trip, disabled, a
 * dependency is off, canary, ring, percentage. {@link #decide} and {@link #explain} are one piece
 * of code, so they cannot disagree. Immutable; wait-free; allocates nothing for ASCII keys.
 */
public final class CompiledFlag {
  private static final Decision KILLED = new Decision(false, Reason.KILLED, Flag.GA);
  private static final Decision TRIPPED = new Decision(false, Reason.TRIPPED, Flag.GA);
  private static final Decision DISABLED = new Decision(false, Reason.DISABLED, Flag.GA);
  private static final Decision PREREQUISITE = new Decision(false, Reason.PREREQUISITE, Flag.GA);

  private final Flag flag;
  private final List<CompiledFlag> dependencies;
  private final boolean trippedHere;
  private final boolean stopped;
  private final CanaryMode canaryMode;
  private final boolean canaryHost;
  private final Map<String, RingMembers> ringMembers;
  private final IntSupplier draw;
  private final int seed;
  private final Outcomes everyone;
  private final Map<String, Outcomes> rings;

  CompiledFlag(
      Flag flag,
      List<CompiledFlag> dependencies,
      boolean trippedHere,
      Snapshot snapshot,
      Host host,
      IntSupplier draw) {
    this.flag = flag;
    this.dependencies = List.copyOf(dependencies);
    this.trippedHere = trippedHere;
    this.draw = draw;
    stopped =
        trippedHere
            || flag.stop() != null
            || !flag.enabled()
            || dependencies.stream().anyMatch(CompiledFlag::isStopped);
    canaryMode = snapshot.canary();
    canaryHost =
        canaryMode.on()
            && (flag.canary().servers().contains(host.instance())
                || flag.canary().regions().contains(host.region()));
    ringMembers = snapshot.ringMembers();
    seed = Bucketing.seed(flag.name());
    everyone = new Outcomes(flag.percentage(), Flag.GA, Reason.SPLIT);
    rings = new HashMap<>();
    Set<String> known = new LinkedHashSet<>(flag.rings().keySet());
    known.addAll(ringMembers.keySet());
    known.add(Flag.GA);
    for (String ring : known) {
      Percentage share = flag.rings().getOrDefault(ring, Percentage.ZERO);
      rings.put(ring, new Outcomes(share, ring, Reason.RING));
    }
  }

  /** The flag as it was compiled. */
  public Flag flag() {
    return flag;
  }

  /**
   * Decides one call.
   *
   * @param key the targeting key that the call names itself; null to take it from the caller
   * @param caller the ambient attributes
   */
  public Decision decide(@Nullable String key, Caller caller) {
    return decide(key, caller, null);
  }

  /** Decides as {@link #decide(String, Caller)} does and tells the whole way. */
  public Explanation explain(@Nullable String key, Caller caller) {
    Trace trace = new Trace();
    return trace.explanation(flag.name(), decide(key, caller, trace));
  }

  /** The rings that callers may be in, as decisions name them. */
  public Set<String> rings() {
    return Collections.unmodifiableSet(rings.keySet());
  }

  /**
   * Returns whether a kill, a trip or a disabled flag, its own or of a dependency, keeps this flag
   * off for everybody: no pinned decision outlives that.
   */
  public boolean isStopped() {
    return stopped;
  }

  private Decision decide(@Nullable String key, Caller caller, @Nullable Trace trace) {
    Stop stop = flag.stop();
    if (stop != null) {
      note(trace, "stopped", stop.kind() + " by " + stop.by() + ": " + stop.reason());
      return stop.kind() == Stop.Kind.KILLED ? KILLED : TRIPPED;
    }
    if (trippedHere) {
      note(trace, "stopped", "tripped in this JVM");
      return TRIPPED;
    }
    note(trace, "stopped", "no");
    note(trace, "enabled", flag.enabled() ? "yes" : "no, so off");
    if (!flag.enabled()) {
      return DISABLED;
    }
    for (CompiledFlag dependency : dependencies) {
      Decision decision = dependency.decide(key, caller, null);
      if (trace != null) {
        note(trace, "depends on " + dependency.flag.name(), decision.variant());
      }
      if (!decision.on()) {
        return PREREQUISITE;
      }
    }
    String user = key != null ? key : caller.attribute(Flag.USER);
    if (canaryMode.on()) {
      boolean canary =
          canaryHost
              || (user != null
                  && (canaryMode.users().contains(user) || flag.canary().users().contains(user)));
      note(trace, "canary", canary ? (canaryHost ? "this server or region" : "user") : "no");
      if (canary) {
        return everyone.canary;
      }
    } else {
      note(trace, "canary", "mode is off");
    }
    Outcomes outcomes = flag.strategy() == Flag.Strategy.RING ? ring(user, caller) : everyone;
    if (trace != null) {
      note(trace, "strategy", flag.strategy().name().toLowerCase(Locale.ROOT));
      if (outcomes != everyone) {
        note(trace, "ring", outcomes.ring);
      }
      note(trace, "percentage", new Percentage(outcomes.threshold).toString());
    }
    return split(outcomes, key, caller, trace);
  }

  private Decision split(
      Outcomes outcomes, @Nullable String key, Caller caller, @Nullable Trace trace) {
    if (outcomes.constant != null && trace == null) {
      return outcomes.constant;
    }
    String sticky = stickyKey(key, caller);
    if (sticky == null) {
      note(trace, "key", "none, so drawn for each call");
      if (outcomes.constant != null) {
        return outcomes.constant;
      }
      return draw.getAsInt() < outcomes.threshold ? outcomes.drawnOn : outcomes.drawnOff;
    }
    int hash = Bucketing.murmur3(sticky, seed);
    int bucket = Bucketing.scale(hash);
    if (trace != null) {
      trace.hashed(sticky, hash, bucket);
      note(
          trace,
          "bucket",
          bucket
              + (bucket < outcomes.threshold ? " is below " : " is not below ")
              + outcomes.threshold);
    }
    if (outcomes.constant != null) {
      return outcomes.constant;
    }
    return bucket < outcomes.threshold ? outcomes.on : outcomes.off;
  }

  // The call's own key stands for the user; for any other stickiness the attribute comes first.
  private @Nullable String stickyKey(@Nullable String key, Caller caller) {
    if (flag.stickiness().equals(Flag.USER)) {
      return key != null ? key : caller.attribute(Flag.USER);
    }
    String attribute = caller.attribute(flag.stickiness());
    return attribute != null ? attribute : key;
  }

  private Outcomes ring(@Nullable String user, Caller caller) {
    String own = caller.attribute("ring");
    if (own != null) {
      return ring(own);
    }
    if (!ringMembers.isEmpty()) {
      String email = caller.attribute("email");
      String domain =
          email == null ? null : email.substring(email.indexOf('@') + 1).toLowerCase(Locale.ROOT);
      for (Map.Entry<String, RingMembers> entry : ringMembers.entrySet()) {
        RingMembers members = entry.getValue();
        if ((user != null && members.users().contains(user))
            || (domain != null && members.emailDomains().contains(domain))) {
          return ring(entry.getKey());
        }
      }
    }
    return ring(Flag.GA);
  }

  // A ring that the flag does not name is served as general availability.
  private Outcomes ring(String name) {
    Outcomes outcomes = rings.get(name);
    if (outcomes == null) {
      outcomes = rings.get(Flag.GA);
    }
    return outcomes == null ? everyone : outcomes;
  }

  private static void note(@Nullable Trace trace, String rule, String finding) {
    if (trace != null) {
      trace.step(rule + ": " + finding);
    }
  }

  /** The decisions that a share can lead to, allocated once. */
  private static final class Outcomes {
    final String ring;
    final int threshold;
    final @Nullable Decision constant;
    final Decision on;
    final Decision off;
    final Decision drawnOn;
    final Decision drawnOff;
    final Decision canary;

    Outcomes(Percentage share, String ring, Reason reason) {
      this.ring = ring;
      threshold = share.buckets();
      on = new Decision(true, reason, ring);
      off = new Decision(false, reason, ring);
      drawnOn = new Decision(true, Reason.RANDOM, ring);
      drawnOff = new Decision(false, Reason.RANDOM, ring);
      canary = new Decision(true, Reason.CANARY, ring);
      Reason settled = reason == Reason.RING ? Reason.RING : Reason.STATIC;
      constant =
          threshold == 0
              ? new Decision(false, settled, ring)
              : threshold == Percentage.BUCKETS ? new Decision(true, settled, ring) : null;
    }
  }
}
