package dev.turnout.agent.route;

import org.jspecify.annotations.Nullable;

/**
 * Whether this thread is just attaching itself to what a gated call returned. That calls methods of
 * the returned object, which may be gated themselves: what these return is not followed, or
 * following would never end.
 */
final class Following {
  // A mark each thread, of a class of the JDK's, so that it keeps nothing alive that a thread
  // outlives.
  private static final ThreadLocal<boolean[]> MARKS = new ThreadLocal<>();

  private Following() {}

  /**
   * Begins to follow.
   *
   * @return what ends it: its only element is to be set to false. No method does that, for it could
   *     overflow at the end of the stack, and the thread would follow nothing from then on. Null if
   *     this thread is following already.
   */
  static boolean @Nullable [] enter() {
    boolean[] mark = MARKS.get();
    if (mark == null) {
      mark = new boolean[1];
      MARKS.set(mark);
    }
    if (mark[0]) {
      return null;
    }
    mark[0] = true;
    return mark;
  }
}
