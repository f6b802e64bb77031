package dev.turnout.agent.route;

/**
 * The first call of one variant through one gate: classes are loaded by it, and nothing that it
 * runs is compiled, however often the same variant was called through other gates, as those of an
 * application that was there before. Safe for many threads.
 */
final class Debut {
  private volatile boolean made;
  private boolean told;

  /** A call takes the variant; returns whether none has before, so far as it is known. */
  boolean make() {
    // Read first: threads that write the same all the time slow each other down.
    boolean first = !made;
    if (first) {
      made = true;
    }
    return first;
  }

  /** Whether any call has taken it. */
  boolean isMade() {
    return made;
  }

  /** Whether any call has taken it; true once. For one thread at a time. */
  boolean take() {
    boolean news = made && !told;
    told |= news;
    return news;
  }
}
