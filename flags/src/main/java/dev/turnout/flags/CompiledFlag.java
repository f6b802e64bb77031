package dev.turnout.flags;

import java.util.Arrays;
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
 * <p>Whether a caller is on is asked first. The order is fixed, the first rule that matches wins:
 * stopped by a kill or a trip, disabled, a dependency is off, canary, ring, percentage. Who is on
 * then gets a variant, if the flag has any; no rule looks at it. {@link #decide} and {@link
 * #explain} are one piece of code, so they cannot disagree; {@link #keySplit} is the same again for
 * the case that nearly all calls are. Immutable; wait-free; allocates nothing for ASCII keys,
 * unless the flag is placed by another product's algorithm.
 *
 * <p>The decisions that a flag can come to are few and known beforehand, so {@link #choose} answers
 * with a number: whoever keeps something for each of them keeps it in an array.
 */
public final class CompiledFlag {
  private static final int KILLED = 0;
  private static final int TRIPPED = 1;
  private static final int DISABLED = 2;
  private static final int PREREQUISITE = 3;
  private static final int UNSETTLED = Outcomes.NONE;

  private final Flag flag;
  private final CompiledFlag[] dependencies;
  private final boolean trippedHere;
  private final int stop;
  private final boolean stopped;
  private final boolean canaryHost;
  private final boolean canaryMode;
  private final boolean canariesListed;

  // Null while canary mode is off, and where the flag has no canaries of its own.
  private final @Nullable Set<String> ownCanaries;
  private final KeyFilter ownCanariesFilter;

  // Null where no list could tell anything of this flag's callers.
  private final @Nullable Members members;

  private final boolean byRings;
  private final boolean stickyByUser;

  // Whether nothing but the percentage decides: the way of most flags, and so a short one.
  private final boolean byShareAlone;

  private final Outcomes[] memberRings;
  private final IntSupplier draw;
  private final int seed;

  // Null for Turnout's own algorithm: the others take a way of their own, so that they cost it no
  // more than this one look.
  private final @Nullable KeyBuckets rival;

  private final Outcomes everyone;
  private final Map<String, Outcomes> rings;
  private final Outcomes generalAvailability;
  private final int canaryOn;
  private final List<Decision> decisions;

  // Null without variants.
  private final @Nullable VariantSplit variants;

  // With variants, for each decision that is on, the one in its place where the variant is drawn;
  // -1 for those that are off.
  private final int[] drawnOn;

  // Null where more than the percentage and the call's key are to be looked at.
  private final @Nullable KeySplit keySplit;

  // The one decision of everybody: before variants are looked at, and after.
  private final int settledExposure;
  private final int settled;
  private final int settledAlone;

  CompiledFlag(
      Flag flag,
      List<CompiledFlag> dependencies,
      boolean trippedHere,
      Snapshot snapshot,
      Members members,
      Host host,
      IntSupplier draw) {
    this.flag = flag;
    this.dependencies = dependencies.toArray(CompiledFlag[]::new);
    this.trippedHere = trippedHere;
    this.draw = draw;
    stop = stop();
    stopped = stop != UNSETTLED || dependencies.stream().anyMatch(CompiledFlag::isStopped);
    byRings = flag.strategy() == Flag.Strategy.RING;
    stickyByUser = flag.stickiness().equals(Flag.USER);
    canaryMode = snapshot.canary().on();
    ownCanaries = canaryMode && !flag.canary().users().isEmpty() ? flag.canary().users() : null;
    ownCanariesFilter = new KeyFilter(ownCanaries == null ? Set.of() : ownCanaries);
    canariesListed = canaryMode && !snapshot.canary().users().isEmpty();
    this.members = canariesListed || (byRings && !members.isEmpty()) ? members : null;
    canaryHost =
        canaryMode
            && (flag.canary().servers().contains(host.instance())
                || flag.canary().regions().contains(host.region()));
    byShareAlone =
        !stopped
            && dependencies.isEmpty()
            && this.members == null
            && ownCanaries == null
            && !canaryHost
            && !byRings;
    seed = Bucketing.seed(flag.name());
    rival = RivalBucketing.exposure(flag);
    variants = flag.variants().isEmpty() ? null : new VariantSplit(flag);
    boolean split = variants != null && variants.only() < 0;
    Outcomes.Decisions all = new Outcomes.Decisions(flag.variants(), split);
    for (Reason reason :
        List.of(Reason.KILLED, Reason.TRIPPED, Reason.DISABLED, Reason.PREREQUISITE)) {
      all.off(reason, Flag.GA);
    }
    canaryOn = all.on(Reason.CANARY, Flag.GA);
    everyone = new Outcomes(flag.percentage(), Flag.GA, Reason.SPLIT, all);
    rings = new HashMap<>();
    Set<String> known = new LinkedHashSet<>(flag.rings().keySet());
    known.addAll(snapshot.ringMembers().keySet());
    known.add(Flag.GA);
    for (String ring : known) {
      rings.put(ring, new Outcomes(flag.share(ring), ring, Reason.RING, all));
    }
    generalAvailability = rings.getOrDefault(Flag.GA, everyone);
    memberRings = members.rings().stream().map(this::ring).toArray(Outcomes[]::new);
    decisions = all.done();
    drawnOn = variants == null ? new int[0] : drawnOn();
    settledExposure = settleExposure();
    settled = settle();
    settledAlone = stopped || dependencies.isEmpty() ? settled : UNSETTLED;
    keySplit =
        byShareAlone && stickyByUser && rival == null && variants == null && settled == UNSETTLED
            ? new KeySplit(seed, everyone.threshold, everyone.on, everyone.off)
            : null;
  }

  private int[] drawnOn() {
    int[] drawn = new int[decisions.size()];
    Arrays.fill(drawn, UNSETTLED);
    drawn[canaryOn] = everyone.drawnOn;
    drawnOn(everyone, drawn);
    rings.values().forEach(outcomes -> drawnOn(outcomes, drawn));
    return drawn;
  }

  private void drawnOn(Outcomes outcomes, int[] drawn) {
    drawn[outcomes.on] = outcomes.drawnOn;
    drawn[outcomes.drawnOn] = outcomes.drawnOn;
    if (outcomes.constant != UNSETTLED && decisions.get(outcomes.constant).on()) {
      drawn[outcomes.constant] = outcomes.drawnOn;
    }
  }

  private int settle() {
    if (variants == null || settledExposure == UNSETTLED || !decisions.get(settledExposure).on()) {
      return settledExposure;
    }
    return variants.only() < 0 ? UNSETTLED : settledExposure + variants.only();
  }

  private int settleExposure() {
    if (stop != UNSETTLED) {
      return stop;
    }
    if (stopped) {
      return PREREQUISITE;
    }
    for (CompiledFlag dependency : dependencies) {
      if (dependency.settledExposure == UNSETTLED) {
        return UNSETTLED;
      }
      if (!dependency.decisions.get(dependency.settledExposure).on()) {
        return PREREQUISITE;
      }
    }
    if (canaryHost) {
      return canaryOn;
    }
    return canariesListed || ownCanaries != null || byRings ? UNSETTLED : everyone.constant;
  }

  private int stop() {
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind() == Stop.Kind.KILLED ? KILLED : TRIPPED;
    }
    return trippedHere ? TRIPPED : flag.enabled() ? UNSETTLED : DISABLED;
  }

  /** The flag as it was compiled. */
  public Flag flag() {
    return flag;
  }

  /** The flags that this one depends on, of the same snapshot and as it asks for them. */
  public List<CompiledFlag> dependencies() {
    return List.of(dependencies);
  }

  /**
   * Decides one call.
   *
   * @param key the targeting key that the call names itself; null to take it from the caller
   * @param caller the ambient attributes
   */
  public Decision decide(@Nullable String key, Caller caller) {
    return decisions.get(choose(key, caller));
  }

  /** Decides as {@link #decide} does; returns the decision's index in {@link #decisions}. */
  public int choose(@Nullable String key, Caller caller) {
    return settledAlone != UNSETTLED ? settledAlone : choose(key, caller, null);
  }

  /** Every decision that this flag can come to. Unmodifiable. */
  public List<Decision> decisions() {
    return decisions;
  }

  /**
   * Returns the index of the decision that every call gets, whoever calls; -1 if callers differ.
   */
  public int settled() {
    return settled;
  }

  /**
   * Returns the index of the decision that every call gets, whatever was decided before for a flag
   * that this one depends on; -1 if callers differ.
   */
  public int settledAlone() {
    return settledAlone;
  }

  /** Decides as {@link #decide(String, Caller)} does and tells the whole way. */
  public Explanation explain(@Nullable String key, Caller caller) {
    Trace trace = new Trace();
    return trace.explanation(flag.name(), decisions.get(choose(key, caller, trace)));
  }

  /**
   * Returns whether a kill, a trip or a disabled flag, its own or of a dependency, keeps this flag
   * off for everybody: no pinned decision outlives that.
   */
  public boolean isStopped() {
    return stopped;
  }

  /** Whether this JVM's server or region is a canary's, so that all its calls are on. */
  public boolean isOnThisHost() {
    return canaryHost && !stopped;
  }

  /**
   * Returns what decides the calls that have a key of their own, as {@link #choose} does, where the
   * percentage alone counts; null where more does.
   */
  public @Nullable KeySplit keySplit() {
    return keySplit;
  }

  private int choose(@Nullable String key, Caller caller, @Nullable Trace trace) {
    int exposure = expose(key, caller, trace);
    return variants == null ? exposure : vary(exposure, variants, key, caller, trace);
  }

  private int vary(
      int exposure,
      VariantSplit split,
      @Nullable String key,
      Caller caller,
      @Nullable Trace trace) {
    int drawn = drawnOn[exposure];
    if (drawn == UNSETTLED) {
      return exposure;
    }
    String sticky = stickyKey(key, caller);
    int place = split.place(sticky, draw, trace);
    return place + (sticky == null && split.only() < 0 ? drawn : exposure);
  }

  // Whether the caller is on; of a decision that is on, the first variant's.
  private int expose(@Nullable String key, Caller caller, @Nullable Trace trace) {
    if (trace != null) {
      noteStop(trace);
    } else if (byShareAlone) {
      return split(everyone, key, caller, null);
    }
    if (stop != UNSETTLED) {
      return stop;
    }
    for (CompiledFlag dependency : dependencies) {
      Decision decision = caller.dependency(dependency, key);
      if (trace != null) {
        note(trace, "depends on " + dependency.flag.name(), decision.variant());
      }
      if (!decision.on()) {
        return PREREQUISITE;
      }
    }
    String user = key != null ? key : caller.attribute(Flag.USER);
    Members.Member member = members == null ? Members.NOBODY : members.of(user);
    boolean canary = canaryHost || member.canary() || isOwnCanary(user);
    if (trace != null) {
      noteCanary(trace, canary);
    }
    if (canary) {
      return canaryOn;
    }
    Outcomes outcomes = byRings ? ring(member, caller) : everyone;
    if (trace != null) {
      noteShare(trace, outcomes);
    }
    return split(outcomes, key, caller, trace);
  }

  private boolean isOwnCanary(@Nullable String user) {
    return ownCanaries != null
        && user != null
        && ownCanariesFilter.mayHold(user)
        && ownCanaries.contains(user);
  }

  private void noteStop(Trace trace) {
    Stop stop = flag.stop();
    if (stop != null) {
      note(trace, "stopped", stop.kind() + " by " + stop.by() + ": " + stop.reason());
    } else if (trippedHere) {
      note(trace, "stopped", "tripped in this JVM");
    } else {
      note(trace, "stopped", "no");
      note(trace, "enabled", flag.enabled() ? "yes" : "no, so off");
    }
  }

  private void noteCanary(Trace trace, boolean canary) {
    String finding = canary ? (canaryHost ? "this server or region" : "user") : "no";
    note(trace, "canary", canaryMode ? finding : "mode is off");
  }

  private void noteShare(Trace trace, Outcomes outcomes) {
    note(trace, "strategy", flag.strategy().name().toLowerCase(Locale.ROOT));
    if (outcomes != everyone) {
      note(trace, "ring", outcomes.ring);
    }
    note(trace, "percentage", new Percentage(outcomes.threshold).toString());
  }

  private int split(Outcomes outcomes, @Nullable String key, Caller caller, @Nullable Trace trace) {
    if (outcomes.constant != UNSETTLED && trace == null) {
      return outcomes.constant;
    }
    String sticky = stickyKey(key, caller);
    if (sticky == null) {
      note(trace, "key", "none, so drawn for each call");
      if (outcomes.constant != UNSETTLED) {
        return outcomes.constant;
      }
      return draw.getAsInt() < outcomes.threshold ? outcomes.drawnOn : outcomes.drawnOff;
    }
    if (rival != null) {
      return split(outcomes, sticky, rival, trace);
    }
    int hash = Murmur3.of(sticky, seed);
    int bucket = Bucketing.scale(hash);
    if (trace != null) {
      trace.hashed(sticky, hash, bucket);
      noteBucket(trace, bucket, outcomes.threshold);
    }
    if (outcomes.constant != UNSETTLED) {
      return outcomes.constant;
    }
    return bucket < outcomes.threshold ? outcomes.on : outcomes.off;
  }

  private int split(Outcomes outcomes, String sticky, KeyBuckets buckets, @Nullable Trace trace) {
    int bucket = buckets.of(sticky);
    if (trace != null) {
      trace.placed(sticky, bucket);
      note(trace, "bucketing", flag.bucketing().exposure().wireName());
      noteBucket(trace, bucket, outcomes.threshold);
    }
    if (outcomes.constant != UNSETTLED) {
      return outcomes.constant;
    }
    return bucket < outcomes.threshold ? outcomes.on : outcomes.off;
  }

  private static void noteBucket(Trace trace, int bucket, int threshold) {
    note(
        trace,
        "bucket",
        bucket + (bucket < threshold ? " is below " : " is not below ") + threshold);
  }

  // The call's own key stands for the user; for any other stickiness the attribute comes first.
  private @Nullable String stickyKey(@Nullable String key, Caller caller) {
    if (stickyByUser) {
      return key != null ? key : caller.attribute(Flag.USER);
    }
    String attribute = caller.attribute(flag.stickiness());
    return attribute != null ? attribute : key;
  }

  private Outcomes ring(Members.Member member, Caller caller) {
    String own = caller.attribute("ring");
    if (own != null) {
      return ring(own);
    }
    int listed = members == null ? Members.Member.NO_RING : members.ring(member, caller);
    return listed == Members.Member.NO_RING ? generalAvailability : memberRings[listed];
  }

  // A ring that the flag does not name is served as general availability.
  private Outcomes ring(String name) {
    Outcomes outcomes = rings.get(name);
    return outcomes == null ? generalAvailability : outcomes;
  }

  private static void note(@Nullable Trace trace, String rule, String finding) {
    if (trace != null) {
      trace.step(rule + ": " + finding);
    }
  }
}
