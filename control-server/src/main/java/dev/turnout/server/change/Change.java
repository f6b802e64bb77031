package dev.turnout.server.change;

/** What somebody wants to be different. May be applied more than once, to newer drafts. */
@FunctionalInterface
public interface Change {
  /**
   * Applies this to a draft.
   *
   * @throws dev.turnout.flags.InvalidFlagException if a value is wrong
   * @throws NotFoundException if what is to be changed does not exist
   * @throws RefusedException if it may not be changed so
   */
  void apply(Draft draft);
}
