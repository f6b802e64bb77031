package dev.turnout.agent.route;

import dev.turnout.agent.Overrides;
import dev.turnout.flags.Canary;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is in force: the server's snapshot, the flags file and this JVM's own trips made into one.
 *
 * <p>The server's flags win over the file's, except that a flag killed in the file stays killed
 * whatever the server says: the file is what one can reach when the server is not. A trip is void
 * once the flag was reset after the revision that it was judged under. A flag that is pinned for
 * this JVM goes by that, but for a kill or a trip. What would turn a flag on waits for whatever may
 * stop it and is still to be read, see {@link #await}. Safe for many threads; each change is
 * compiled on the thread that brings it and put in force before the call returns.
 */
public final class Rulebook {
  private static final IntSupplier DRAW = new BucketDraw();

  private final Host host;
  private final Consumer<InForce> gates;
  private final Overrides overrides;
  private final Set<String> gated = new HashSet<>(); // those that are pinned
  private Snapshot server = Snapshot.EMPTY;
  private Snapshot file = Snapshot.EMPTY;
  private Map<String, Trip> trips = Map.of();
  private final Set<Source> unread = EnumSet.noneOf(Source.class);
  private volatile InForce inForce;

  // What was brought last is not in every gate yet: memory ran out on the way.
  private boolean behind;
  private Snapshot serverInForce = Snapshot.EMPTY;

  /**
   * Creates the rules: there are no flags yet.
   *
   * @param gates puts them in force in every gate
   */
  public Rulebook(Host host, Consumer<InForce> gates, Overrides overrides) {
    this.host = host;
    this.gates = gates;
    this.overrides = overrides;
    inForce =
        new InForce(
            Snapshot.EMPTY, Map.of(), Decider.compile(Snapshot.EMPTY, host, Set.of(), DRAW));
  }

  /**
   * What all calls are decided by.
   *
   * @param snapshot the merged snapshot
   * @param trips those of this JVM that count, by flag
   * @param decider decides by both
   */
  public record InForce(Snapshot snapshot, Map<String, Trip> trips, Decider decider) {}

  /** What is read when a JVM starts, and may stop a flag. */
  public enum Source {
    /** The record of this JVM's trips. */
    TRIPS,
    /** The flags file. */
    FILE,
    /** The server's flags: the snapshot that was kept, or one that came sooner. */
    SERVER
  }

  /**
   * Takes note of what is still to be read. Until that is {@link #known}, no pin turns a flag on;
   * and while it is the server's flags, the file turns none on either, for they may say that it is
   * stopped. What turns a flag off is in force at once.
   */
  public synchronized void await(Source source) {
    unread.add(source);
  }

  /** Takes note that something was read, or is waited for no longer. */
  public synchronized void known(Source source) {
    if (unread.remove(source)) {
      compile();
    }
  }

  /** Takes note of a flag that this JVM has a gate for; it may be pinned and in no snapshot. */
  public synchronized void gated(String flag) {
    if (overrides.of(flag) != null && gated.add(flag)) {
      compile();
    }
  }

  /** Puts a snapshot of the server in force. */
  public synchronized void server(Snapshot snapshot) {
    server = snapshot;
    unread.remove(Source.SERVER);
    compile();
  }

  /** Puts the content of the flags file in force. */
  public synchronized void file(Snapshot snapshot) {
    file = snapshot;
    unread.remove(Source.FILE);
    compile();
  }

  /**
   * Puts this JVM's trips in force.
   *
   * @param current asked while nobody else can put older ones in force
   */
  public synchronized void trips(Supplier<Map<String, Trip>> current) {
    trips = Map.copyOf(current.get());
    compile();
  }

  /**
   * Puts in force what could not be when it came. To be called again and again: it may be a kill,
   * and whoever brought it does not come twice.
   */
  public synchronized void catchUp() {
    if (behind) {
      compile();
    }
  }

  private void compile() {
    behind = true;
    Map<String, Flag> flags = new HashMap<>(file.flags());
    if (unread.contains(Source.SERVER)) {
      flags.values().removeIf(flag -> flag.enabled() && flag.stop() == null);
    }
    flags.putAll(server.flags());
    for (Flag local : file.flags().values()) {
      Stop stop = local.stop();
      Flag served = server.flag(local.name());
      if (served != null && stop != null) {
        flags.put(local.name(), served.edit().stop(stop).done());
      }
    }
    Map<String, Trip> valid = new HashMap<>(trips);
    valid.values().removeIf(trip -> isVoid(trip, flags.get(trip.flag())));
    Set<String> pinned = pin(flags, valid.keySet());
    Snapshot base = server.revision() > 0 ? server : file;
    Snapshot merged =
        new Snapshot(
            base.env(),
            base.epoch(),
            base.revision(),
            base.issuedAt(),
            base.canary(),
            base.ringMembers(),
            flags,
            base.validUntil());
    Decider decider =
        Decider.compile(merged, host, valid.keySet(), pinned, DRAW, inForce.decider());
    InForce next = new InForce(merged, Map.copyOf(valid), decider);
    inForce = next;
    gates.accept(next);
    serverInForce = server;
    behind = false;
  }

  // A pin is in place of all that a flag says, and of the lists of its environment, but no way
  // around a kill or a trip. Returns the names of those that are pinned.
  private Set<String> pin(Map<String, Flag> flags, Set<String> tripped) {
    Map<String, Flag> given = Map.copyOf(flags);
    Set<String> all = new HashSet<>();
    Set<String> names = new HashSet<>(gated);
    names.addAll(flags.keySet());
    for (String name : names) {
      Overrides.Override pinned = overrides.of(name);
      if (pinned == null) {
        continue;
      }
      all.add(name);
      Flag flag = flags.getOrDefault(name, Flag.named(name));
      boolean off = pinned.share().equals(Percentage.ZERO);
      if (off || unread.isEmpty() || flag.stop() != null || tripped.contains(name)) {
        flags.put(
            name,
            flag.edit()
                // What is off is disabled: so no context goes on by what was in force before.
                .enabled(!off)
                .strategy(Flag.Strategy.PERCENTAGE)
                .percentage(pinned.share())
                .canary(Canary.NONE)
                .dependencies(
                    flag.dependencies().stream()
                        .filter(each -> isStopped(each, given, tripped, new HashSet<>()))
                        .toList())
                .done());
      } else {
        // As if nobody had told of it: a context that meets it now is not bound to that.
        flags.remove(name);
      }
    }
    return all;
  }

  /** Returns what a flag is pinned to in this JVM, or null. */
  public Overrides.@Nullable Override override(String flag) {
    return overrides.of(flag);
  }

  private static boolean isStopped(
      String name, Map<String, Flag> flags, Set<String> tripped, Set<String> seen) {
    Flag flag = flags.get(name);
    return tripped.contains(name)
        || flag != null
            && seen.add(name)
            && (flag.stop() != null
                || flag.dependencies().stream()
                    .anyMatch(each -> isStopped(each, flags, tripped, seen)));
  }

  // Its flag was reset since.
  private static boolean isVoid(Trip trip, @Nullable Flag flag) {
    return flag != null && flag.resetRevision() > trip.flagRevision();
  }

  /** The merged snapshot in force. */
  public Snapshot inForce() {
    return inForce.snapshot();
  }

  /**
   * How many flags are off because they tripped in this JVM. The record of a trip outlives its
   * flag, which may come back, as with a server that was restored, and is no more on then.
   */
  public int tripped() {
    InForce all = inForce;
    return (int)
        all.trips().keySet().stream().filter(flag -> all.snapshot().flag(flag) != null).count();
  }

  /** Everything that is in force, of one moment. */
  public InForce all() {
    return inForce;
  }

  /** The revision of the server's snapshot in force; what a report acknowledges. */
  public synchronized Snapshot serverSnapshot() {
    return serverInForce;
  }
}
