package dev.turnout.flags;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A snapshot made ready to decide calls of one host. Immutable and wait-free. */
public final class Decider {
  private static final Members NOBODY = new Members(Snapshot.EMPTY);

  private final Map<String, CompiledFlag> compiled = new HashMap<>();

  private final Snapshot snapshot;
  private final Members members;
  private final Host host;
  private final Set<String> trippedHere;
  private final Set<String> unlisted;
  private final IntSupplier draw;

  // While it is compiled only.
  private @Nullable Decider before;

  private Decider(
      Snapshot snapshot,
      Members members,
      Host host,
      Set<String> trippedHere,
      Set<String> unlisted,
      IntSupplier draw) {
    this.snapshot = snapshot;
    this.members = members;
    this.host = host;
    this.trippedHere = trippedHere;
    this.unlisted = unlisted;
    this.draw = draw;
  }

  /**
   * Compiles a snapshot.
   *
   * @param snapshot the flags; a dependency that is unknown, or part of a cycle, counts as off
   * @param host the JVM decided for
   * @param trippedHere names of flags that tripped in this JVM
   * @param draw draws a bucket, 0 to 99,999, for calls without a key; called by many threads
   */
  public static Decider compile(
      Snapshot snapshot, Host host, Set<String> trippedHere, IntSupplier draw) {
    return compile(snapshot, host, trippedHere, Set.of(), draw);
  }

  /**
   * Compiles a snapshot, as {@link #compile(Snapshot, Host, Set, IntSupplier)} does.
   *
   * @param unlisted names of flags whose callers are on no list of the snapshot: neither its
   *     canaries nor its rings count for them
   */
  public static Decider compile(
      Snapshot snapshot,
      Host host,
      Set<String> trippedHere,
      Set<String> unlisted,
      IntSupplier draw) {
    return compile(snapshot, host, trippedHere, unlisted, draw, null);
  }

  /**
   * Compiles a snapshot, as {@link #compile(Snapshot, Host, Set, Set, IntSupplier)} does.
   *
   * @param before of the same host and draw; its flags of which nothing has changed are taken over
   *     as they are. Null for none
   */
  public static Decider compile(
      Snapshot snapshot,
      Host host,
      Set<String> trippedHere,
      Set<String> unlisted,
      IntSupplier draw,
      @Nullable Decider before) {
    Decider same = before != null && before.hasListsOf(snapshot) ? before : null;
    // Flags that are taken over keep the lists that they were compiled with: each its own, if every
    // snapshot had some.
    Members members = same == null ? new Members(snapshot) : same.members;
    Decider decider = new Decider(snapshot, members, host, trippedHere, unlisted, draw);
    decider.before = same;
    for (String name : snapshot.flags().keySet()) {
      decider.compile(name);
    }
    decider.before = null;
    return decider;
  }

  // Rings are tried in their order.
  private boolean hasListsOf(Snapshot other) {
    return snapshot.canary().equals(other.canary())
        && List.copyOf(snapshot.ringMembers().entrySet())
            .equals(List.copyOf(other.ringMembers().entrySet()));
  }

  private @Nullable CompiledFlag compile(String name) {
    CompiledFlag known = compiled.get(name);
    Flag flag = snapshot.flag(name);
    if (known != null || flag == null) {
      return known;
    }
    List<CompiledFlag> dependencies = new ArrayList<>();
    if (!flag.dependencies().isEmpty()) {
      // Stands in for the flag while its dependencies are compiled, so that a cycle ends as "off".
      compiled.put(name, off(flag));
    }
    for (String dependency : flag.dependencies()) {
      CompiledFlag ready = compile(dependency);
      dependencies.add(ready != null ? ready : off(Flag.named(dependency)));
    }
    CompiledFlag same = unchanged(flag, dependencies);
    CompiledFlag result =
        same != null ? same : compile(flag, dependencies, trippedHere.contains(name));
    compiled.put(name, result);
    return result;
  }

  // One that depends on another that was compiled anew is compiled anew too: it decides by that.
  private @Nullable CompiledFlag unchanged(Flag flag, List<CompiledFlag> dependencies) {
    Decider earlier = before;
    String name = flag.name();
    CompiledFlag known = earlier == null ? null : earlier.compiled.get(name);
    return earlier != null
            && known != null
            && known.flag().equals(flag)
            && earlier.trippedHere.contains(name) == trippedHere.contains(name)
            && earlier.unlisted.contains(name) == unlisted.contains(name)
            && isSame(known.dependencies(), dependencies)
        ? known
        : null;
  }

  private static boolean isSame(List<CompiledFlag> some, List<CompiledFlag> others) {
    boolean same = some.size() == others.size();
    for (int i = 0; same && i < some.size(); i++) {
      same = some.get(i) == others.get(i);
    }
    return same;
  }

  private CompiledFlag compile(Flag flag, List<CompiledFlag> dependencies, boolean tripped) {
    return unlisted.contains(flag.name())
        ? new CompiledFlag(flag, dependencies, tripped, Snapshot.EMPTY, NOBODY, host, draw)
        : new CompiledFlag(flag, dependencies, tripped, snapshot, members, host, draw);
  }

  private CompiledFlag off(Flag flag) {
    return compile(flag.edit().enabled(false).done(), List.of(), false);
  }

  Members members() {
    return members;
  }

  /** Returns the flag of that name, or null. */
  public @Nullable CompiledFlag flag(String name) {
    return compiled.get(name);
  }

  /** Decides one call; an unknown flag is off with the reason {@link Reason#DEFAULT}. */
  public Decision decide(String flagName, @Nullable String key, Caller caller) {
    CompiledFlag flag = compiled.get(flagName);
    return flag == null ? Decision.UNKNOWN_FLAG : flag.decide(key, caller);
  }
}
