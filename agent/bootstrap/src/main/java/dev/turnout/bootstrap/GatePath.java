package dev.turnout.bootstrap;

import org.jspecify.annotations.Nullable;

/**
 * The way that one call takes, and where what comes of it is recorded. Instances are made ahead of
 * the calls. No method throws, blocks or allocates.
 */
public abstract class GatePath {
  /** Whether the call takes the fallback. */
  public final boolean fallback;

  /** Creates a path. */
  protected GatePath(boolean fallback) {
    this.fallback = fallback;
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
