package dev.turnout.server.change;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A change that is well-formed but conflicts with how things stand; the message says with what. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EnumSet<Refusal> overrides;

  /** A conflict that nothing overrides; the message is for people. */
  public RefusedException(String message) {
    this(message, EnumSet.noneOf(Refusal.class));
  }

  RefusedException(String message, EnumSet<Refusal> overrides) {
    super(message);
    this.overrides = EnumSet.copyOf(overrides);
  }

  /** What would have it done all the same; empty where nothing would. */
  public Set<Refusal> overrides() {
    return Collections.unmodifiableSet(overrides);
  }
}
