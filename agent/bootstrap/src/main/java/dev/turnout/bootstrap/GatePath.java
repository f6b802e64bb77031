package dev.turnout.bootstrap;

import org.jspecify.annotations.Nullable;

/**
 * The way that one call takes, and where what comes of it is recorded. Instances are made ahead of
 * the calls. No method throws, blocks or allocates.
 */
public abstract class GatePath {
  /** The branch of calls that run the method as it was written. */
  public static final int BODY = 0;

  /** The branch of calls that take the fallback. */
  public static final int FALLBACK = 1;

  /** The branch of the first variant that has a method of its own; the others follow. */
  public static final int FIRST_VARIANT = 2;

  /** Which of the method's implementations runs. */
  public final int branch;

  /** Creates a path. */
  protected GatePath(int branch) {
    this.branch = branch;
  }

  /** Called before the chosen implementation; returns a token for the call's end. */
  public abstract long begin();

  /** Called after the chosen implementation returned. */
  public abstract void succeeded(long token);

  /**
   * Called after the chosen implementation returned something that completes later, such as a
   * future.
   *
   * @return what the caller gets instead: the same, or what behaves the same
   */
  public abstract @Nullable Object completes(long token, @Nullable Object returned);

  /**
   * Called after the chosen implementation threw.
   *
   * @return whether the fallback shall run now; always false on the fallback path
   */
  public abstract boolean failed(long token, Throwable failure);

  /** The path to take after a failure of the new implementation, if it may run the fallback. */
  public abstract GatePath recovery();
}
