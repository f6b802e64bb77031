package dev.turnout.flags;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes a decision may look at. Implementations answer without blocking. */
@FunctionalInterface
public interface Caller {
  /** A caller of whom nothing is known. */
  Caller UNKNOWN = name -> null;

  /** Returns the attribute of that name, or null. */
  @Nullable String attribute(String name);

  /**
   * Decides a flag that another one depends on. Whoever keeps a flag's decisions for this caller
   * decides as it did before.
   */
  default Decision dependency(CompiledFlag dependency, @Nullable String key) {
    return dependency.decide(key, this);
  }

  /** A caller with the given attributes. */
  static Caller of(Map<String, String> attributes) {
    return attributes::get;
  }
}
