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
  private final Map<String, CompiledFlag> compiled = new HashMap<>();

  private Decider() {}

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
    Decider decider = new Decider();
    for (String name : snapshot.flags().keySet()) {
      decider.compile(name, snapshot, host, trippedHere, draw);
    }
    return decider;
  }

  private @Nullable CompiledFlag compile(
      String name, Snapshot snapshot, Host host, Set<String> trippedHere, IntSupplier draw) {
    CompiledFlag known = compiled.get(name);
    Flag flag = snapshot.flag(name);
    if (known != null || flag == null) {
      return known;
    }
    // Stands in for the flag while its dependencies are compiled, so that a cycle ends as "off".
    compiled.put(name, off(flag, snapshot, host, draw));
    List<CompiledFlag> dependencies = new ArrayList<>();
    for (String dependency : flag.dependencies()) {
      CompiledFlag ready = compile(dependency, snapshot, host, trippedHere, draw);
      dependencies.add(ready != null ? ready : off(Flag.named(dependency), snapshot, host, draw));
    }
    CompiledFlag result =
        new CompiledFlag(flag, dependencies, trippedHere.contains(name), snapshot, host, draw);
    compiled.put(name, result);
    return result;
  }

  private static CompiledFlag off(Flag flag, Snapshot snapshot, Host host, IntSupplier draw) {
    return new CompiledFlag(
        flag.edit().enabled(false).done(), List.of(), false, snapshot, host, draw);
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
