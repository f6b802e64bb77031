package dev.turnout;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The decisions that a scope goes by, and with it all that is handed over from it. Safe for many
 * threads.
 */
final class Pins {
  private final ConcurrentMap<String, Object> decisions = new ConcurrentHashMap<>();
  private volatile boolean over;

  /** By flag name whatever the agent keeps. */
  ConcurrentMap<String, Object> decisions() {
    return decisions;
  }

  /** The scope is closed. */
  void end() {
    over = true;
  }

  /** Whether the scope was closed. */
  boolean isOver() {
    return over;
  }
}
