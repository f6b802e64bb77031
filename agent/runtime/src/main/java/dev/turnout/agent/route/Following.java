package dev.turnout.agent.route;

/**
 * Whether this thread is just attaching itself to what a gated call returned. That calls methods of
 * the returned object, which may be gated themselves: what these return is not followed, or
 * following would never end.
 */
final class Following {
  private static final ThreadLocal<Boolean> NOW = new ThreadLocal<>();

  private Following() {}

  /** Begins to follow; false if this thread does so already. */
  static boolean enter() {
    if (NOW.get() != null) {
      return false;
    }
    NOW.set(Boolean.TRUE);
    return true;
  }

  /** Ends what {@link #enter} began. */
  static void leave() {
    NOW.remove();
  }
}
