package dev.turnout.agent.route;

import dev.turnout.bootstrap.GatePath;
import org.jspecify.annotations.Nullable;

/**
 * A way that calls take where nothing is measured. Ways that nothing tells apart are one object.
 */
final class SilentPath extends GatePath {
  static final SilentPath TO_FALLBACK = new SilentPath(FALLBACK, FailurePolicy.COUNT_ALL);
  static final SilentPath TO_BODY = new SilentPath(BODY, FailurePolicy.COUNT_ALL);

  private final FailurePolicy policy;

  private SilentPath(int branch, FailurePolicy policy) {
    super(branch);
    this.policy = policy;
  }

  /** Returns the path of a new implementation: the body's, or a variant's. */
  static SilentPath to(int branch, FailurePolicy policy) {
    return branch == BODY && !policy.recovers() ? TO_BODY : new SilentPath(branch, policy);
  }

  @Override
  public long begin() {
    return 0;
  }

  @Override
  public void succeeded(long token) {}

  @Override
  public @Nullable Object completes(long token, @Nullable Object returned) {
    return returned;
  }

  @Override
  public boolean failed(long token, Throwable failure) {
    return policy.recovers()
        && !policy.ignores(failure)
        && !FailurePolicy.isThrownCancellation(failure);
  }

  @Override
  public GatePath recovery() {
    return TO_FALLBACK;
  }
}
