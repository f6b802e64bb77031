package dev.turnout.agent.measure;

import dev.turnout.agent.AgentLog;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Report;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** All counts of this JVM, by flag, flag revision, ring and variant. Safe for many threads. */
public final class Recorders {
  /** How many flags are counted each by itself. */
  static final int MOST_FLAGS = 2_000;

  /** What the calls of all further flags are counted under. */
  public static final String OTHERS = "turnout.others";

  // Names of gates may be new for ever.
  private static final int MOST_BEYOND = 20_000;

  // To ask all flags whether they are in use takes a millisecond, and thousands may want to know
  // at once.
  private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Measure measure;
  private final Set<String> beyondBounds = ConcurrentHashMap.newKeySet();
  private boolean beyondTold;
  private long sweptNanos = System.nanoTime() - SWEEP_NANOS;
  private final Map<String, FlagRecorders> flags = new ConcurrentHashMap<>();

  /**
   * Leave to record.
   *
   * @param variant what is recorded
   * @param recorder where
   * @param token to be held as long as something may be recorded
   */
  public record Use(String variant, PathRecorder recorder, Object token) {}

  /** Creates the counts, and sees to it that the first call can be recorded wherever it is made. */
  public Recorders(Measure measure) {
    this.measure = measure;
    if (measure != Measure.OFF) {
      CallRecorder.practise();
    }
  }

  /** How much is measured of each call. */
  public Measure measure() {
    return measure;
  }

  /**
   * Returns leave to record calls of one revision, ring and variant; the fallback's are those of
   * {@link Variants#OFF}.
   */
  public Use use(String flag, long revision, String ring, String variant) {
    while (true) {
      FlagRecorders known = flags.get(flag);
      FlagRecorders recorders = known != null ? known : admit(flag);
      Use use =
          recorders.isOf(flag)
              ? recorders.use(revision, ring, variant)
              : recorders.useForAnother(variant);
      // Until then nothing held it, and another flag may have taken its room.
      if (recorders == flags.get(flag) || recorders == flags.get(OTHERS)) {
        return use;
      }
    }
  }

  // Classes may come and go with their loaders, and have new names for flags each time. When there
  // are too many, those whose gates are gone make room; where all are in use, the rest share one.
  private synchronized FlagRecorders admit(String flag) {
    boolean room = flags.size() < MOST_FLAGS || flags.containsKey(flag);
    long now = System.nanoTime();
    if (!room && now - sweptNanos >= SWEEP_NANOS) {
      flags.values().removeIf(recorders -> !recorders.isUsed());
      room = flags.size() < MOST_FLAGS;
      sweptNanos = System.nanoTime();
    }
    if (room) {
      beyondBounds.remove(flag);
    } else if (beyondBounds.size() < MOST_BEYOND) {
      beyondBounds.add(flag);
    }
    String name = room ? flag : OTHERS;
    return flags.computeIfAbsent(name, first -> new FlagRecorders(first, measure));
  }

  /**
   * How many flags had no room to have their calls counted by themselves when they last came; at
   * most {@value #MOST_BEYOND} are told of.
   */
  public long beyondBounds() {
    return beyondBounds.size();
  }

  /** Whether calls of a flag are counted together with others', and so are not judged. */
  public boolean isBeyondBounds(String flag) {
    return beyondBounds.contains(flag);
  }

  /** The flags that were gated so far. */
  public Set<String> flags() {
    return new TreeSet<>(flags.keySet());
  }

  /** Whether the flag was gated so far. */
  public boolean has(String flag) {
    return flags.containsKey(flag);
  }

  /**
   * The variants of a flag that calls were or may be recorded for, by name; {@link Variants#ON} and
   * {@link Variants#OFF} are always among them.
   */
  public Set<String> variants(String flag) {
    Set<String> variants = new TreeSet<>(Set.of(Variants.ON, Variants.OFF));
    FlagRecorders recorders = flags.get(flag);
    if (recorders != null) {
      variants.addAll(recorders.variants());
    }
    return variants;
  }

  private static Predicate<String> ofPath(boolean on) {
    return variant -> on != variant.equals(Variants.OFF);
  }

  private <T> T read(String flag, T ofUnknown, Function<FlagRecorders, T> reading) {
    FlagRecorders recorders = flags.get(flag);
    return recorders == null ? ofUnknown : reading.apply(recorders);
  }

  /** Everything that the new path of a flag, in all its variants, or its fallback did so far. */
  public PathCounts total(String flag, boolean on) {
    return total(flag, ofPath(on));
  }

  /** Everything that one variant of a flag did since the JVM started. */
  public PathCounts total(String flag, String variant) {
    return total(flag, variant::equals);
  }

  private PathCounts total(String flag, Predicate<String> variants) {
    return read(flag, PathCounts.NONE, recorders -> recorders.total(variants));
  }

  /** Counts a gate through which a variant of a flag was called for the first time. */
  public void debut(String flag, String variant) {
    FlagRecorders recorders = flags.get(flag);
    if (recorders != null) {
      recorders.debut(variant);
    }
  }

  /** How many gates a variant was called through so far; those that are gone are among them. */
  public int debuts(String flag, String variant) {
    return read(flag, 0, recorders -> recorders.debuts(variant));
  }

  /** As {@link #debuts(String, String)}, of each variant that was called through any. */
  public Map<String, Integer> debuts(String flag) {
    return read(flag, Map.of(), FlagRecorders::debuts);
  }

  /**
   * Has a flag judged anew: what calls do that were decided under an earlier revision than this is
   * no longer judged, whenever they end, and the next failure is the first of its row.
   */
  public void judgeFrom(String flag, long revision) {
    FlagRecorders recorders = flags.get(flag);
    if (recorders != null) {
      recorders.judgeFrom(revision);
    }
  }

  /** As {@link #total(String, boolean)}, of what is to be judged. */
  public PathCounts judged(String flag, boolean on) {
    return judged(flag, ofPath(on));
  }

  /** As {@link #total(String, String)}, of what is to be judged. */
  public PathCounts judged(String flag, String variant) {
    return judged(flag, variant::equals);
  }

  private PathCounts judged(String flag, Predicate<String> variants) {
    return read(flag, PathCounts.NONE, recorders -> recorders.judged(variants));
  }

  /**
   * The longest row of failures of a flag's new path, whatever the variants, since this was last
   * asked by whoever judges them.
   */
  public int takeLongestFailureRow(String flag) {
    return read(flag, 0, FlagRecorders::takeLongestFailureRow);
  }

  /**
   * The longest row of failures of one variant, leaving aside what other variants did in between,
   * since this was last asked by whoever judges them.
   */
  public int takeLongestFailureRow(String flag, String variant) {
    return read(flag, 0, recorders -> recorders.takeLongestFailureRow(variant));
  }

  /**
   * How long the timed calls of a flag's new path, in all its variants, or of its fallback that
   * have not ended are running, of those that are to be judged.
   */
  public Histogram inFlight(String flag, boolean on) {
    return inFlight(flag, ofPath(on));
  }

  /** How long the timed calls of one variant that have not ended are running. */
  public Histogram inFlight(String flag, String variant) {
    return inFlight(flag, variant::equals);
  }

  private Histogram inFlight(String flag, Predicate<String> variants) {
    return read(flag, Histogram.EMPTY, recorders -> recorders.inFlight(variants));
  }

  /**
   * How long at least the calls of a flag's new path, in all its variants, or of its fallback are
   * running that are watched and not timed. Not to be set against timed calls: these are all of
   * their kind, and those are a sample.
   */
  public Histogram marked(String flag, boolean on) {
    return marked(flag, ofPath(on));
  }

  /** How long at least the calls of one variant are running that are watched and not timed. */
  public Histogram marked(String flag, String variant) {
    return marked(flag, variant::equals);
  }

  private Histogram marked(String flag, Predicate<String> variants) {
    return read(flag, Histogram.EMPTY, recorders -> recorders.marked(variants));
  }

  /** How many calls of one variant succeeded since the JVM started; it never goes down. */
  public long successes(String flag, String variant) {
    return read(flag, 0L, recorders -> recorders.successes(variant));
  }

  /** How many calls of one variant were cancelled, and so are not among its calls. */
  public long cancelled(String flag, String variant) {
    return read(flag, 0L, recorders -> recorders.cancelled(variant));
  }

  /** How many calls of a flag were decided for which reason since the JVM started. */
  public Map<Reason, Long> decisions(String flag) {
    return read(flag, Map.of(), FlagRecorders::decisions);
  }

  /** The counts for a report, by stratum; retired ones under revision 0. */
  public List<Report.Count> counts() {
    List<Report.Count> counts = new ArrayList<>();
    flags.values().forEach(recorders -> counts.addAll(recorders.counts()));
    return counts;
  }

  /**
   * Says whether calls of a flag are to be seen while they run, those too that are not timed: where
   * one that hangs is to be held against a limit.
   */
  public void watch(String flag, boolean wanted) {
    FlagRecorders recorders = flags.get(flag);
    if (recorders != null) {
      recorders.watch(wanted);
    }
  }

  /**
   * Sees which calls are over that have not said so, adapts sampling, and at the end of a window
   * folds what is old. Called by one thread, several times a second.
   */
  public void tune(boolean windowEnds) {
    long now = System.nanoTime();
    try {
      for (FlagRecorders recorders : flags.values()) {
        recorders.settle(now);
        recorders.tune(windowEnds);
      }
      tellOfBounds();
    } finally {
      // Last, for until then it goes by what was read some while ago.
      Latencies.readCoarse(System.nanoTime());
    }
  }

  private void tellOfBounds() {
    if (!beyondTold && !beyondBounds.isEmpty()) {
      beyondTold = true;
      AgentLog.line(
          "more than %d flags have gates: the calls of others, such as %s, are counted together as %s and held against no limits; see the status"
              .formatted(MOST_FLAGS, beyondBounds.iterator().next(), OTHERS));
    }
  }
}
