package dev.turnout.bootstrap;

import org.jspecify.annotations.Nullable;

/** One gated method. The gate's call site is a constant, so this is a constant to the compiler. */
public abstract class GateSite {

  /** For subclasses. */
  protected GateSite() {}

  /**
   * Decides one call. Never throws, blocks or allocates.
   *
   * @param key the value of the parameter that is the targeting key; null if there is none
   */
  public abstract GatePath choose(@Nullable Object key);
}
