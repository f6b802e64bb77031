package dev.turnout.agent.route;

import dev.turnout.bootstrap.GatePath;
import org.jspecify.annotations.Nullable;

/** A way that calls take where nothing is measured. */
final class SilentPath extends GatePath {
  private final FailurePolicy policy;
  private final GatePath recovery;

  /** Creates the fallback path. */
  SilentPath() {
    super(FALLBACK);
    policy = FailurePolicy.COUNT_ALL;
    recovery = this;
  }

  /** Creates a new path: the body's, or a variant's. */
  SilentPath(int branch, FailurePolicy policy, GatePath recovery) {
    super(branch);
    this.policy = policy;
    this.recovery = recovery;
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
    return policy.recovers() && !policy.ignores(failure);
  }

  @Override
  public GatePath recovery() {
    return recovery;
  }
}
