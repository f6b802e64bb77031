package dev.turnout.agent.route;

import dev.turnout.agent.FaultPoint;
import dev.turnout.agent.measure.CallRecorder;
import dev.turnout.agent.measure.Latencies;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The calls of one gate that one decision sends one way, with what records them. */
sealed class RecordedPath extends GatePath permits CountedPath {
  // Made with the first path: at the end of the stack it could not be, and then never.
  private static final Publishers PUBLISHERS = new Publishers();

  private final CallRecorder calls;

  @SuppressWarnings("UnusedVariable") // held, as the recorder asks for
  private final Object token;

  private final String variant;
  private final Reason reason;
  private final FailurePolicy policy;
  private final boolean recovers;
  private final GatePath recovery;
  private final @Nullable Debut debut;

  /** Returns the fallback path. */
  static RecordedPath toFallback(Recorders.Use use, Reason reason, FailurePolicy policy) {
    return to(FALLBACK, use, reason, policy, null, null);
  }

  /**
   * Returns a path.
   *
   * @param recovery the path after a failure; null for the fallback's, which has none
   * @param debut the first call of a new path; null for the fallback's
   */
  static RecordedPath to(
      int branch,
      Recorders.Use use,
      Reason reason,
      FailurePolicy policy,
      @Nullable GatePath recovery,
      @Nullable Debut debut) {
    return use.recorder().timesNone()
        ? new CountedPath(branch, use, reason, policy, recovery, debut)
        : new RecordedPath(branch, use, reason, policy, recovery, debut);
  }

  RecordedPath(
      int branch,
      Recorders.Use use,
      Reason reason,
      FailurePolicy policy,
      @Nullable GatePath recovery,
      @Nullable Debut debut) {
    super(branch);
    token = use.token();
    variant = use.variant();
    this.reason = reason;
    calls = use.recorder().calls(reason);
    this.policy = policy;
    recovers = recovery != null && policy.recovers();
    this.recovery = recovery == null ? this : recovery;
    this.debut = debut;
  }

  /** The first call that takes this path through its gate; null for the fallback path. */
  @Nullable Debut debut() {
    return debut;
  }

  /** Which variant runs; {@code off} for the fallback. */
  String variant() {
    return variant;
  }

  /** Why calls take this path. */
  Reason reason() {
    return reason;
  }

  // Nothing below may throw into the call: it has been decided, or is over. What can go wrong is
  // the end of memory or stack, and then a call is not counted.
  @Override
  public long begin() {
    try {
      FaultPoint.reach("begin");
      return calls.begin();
    } catch (Throwable e) {
      return 0;
    }
  }

  @Override
  public void succeeded(long token) {
    try {
      FaultPoint.reach("succeeded");
      calls.succeeded(token);
    } catch (Throwable e) {
      return;
    }
  }

  @Override
  public @Nullable Object completes(long token, @Nullable Object returned) {
    Latencies.Later later = null;
    boolean @Nullable [] following = null;
    try {
      FaultPoint.reach("completes");
      later = calls.later(token);
      following = Following.enter();
      Object followed = following == null ? null : follow(later, returned);
      if (followed != null) {
        return followed;
      }
    } catch (Throwable e) {
      // What cannot be followed counts as far as it was seen: it was returned.
      ended(later, null);
      return returned;
    } finally {
      if (following != null) {
        following[0] = false;
      }
    }
    ended(later, null);
    return returned;
  }

  // Null for what does not complete later.
  private @Nullable Object follow(Latencies.@Nullable Later later, @Nullable Object returned)
      throws ReflectiveOperationException {
    if (returned instanceof CompletionStage<?> stage) {
      return !isPublisher(stage) && follow(later, stage) ? returned : null;
    }
    ReactorType reactive = returned == null ? null : ReactorType.of(returned.getClass());
    if (returned == null || reactive == null) {
      return null;
    }
    if (reactive.isComplete()) {
      ended(later, ReactorType.failure(returned));
      return returned;
    }
    Object followed = reactive.follow(returned, this);
    calls.forget(later);
    return followed;
  }

  private static boolean isPublisher(CompletionStage<?> stage) {
    Class<?> type = stage.getClass();
    return type != CompletableFuture.class && PUBLISHERS.get(type);
  }

  private boolean follow(Latencies.@Nullable Later later, CompletionStage<?> stage) {
    if (!calls.follows(stage)) {
      return false;
    }
    try {
      if (later != null) {
        later.endsWith(stage);
      }
      var unused =
          stage.whenComplete(
              (value, failure) -> {
                calls.followed();
                ended(later, failure);
              });
      return true;
    } catch (Throwable e) {
      calls.followed();
      throw e;
    }
  }

  /** Begins a call on some thread, to end on some other. */
  Latencies.@Nullable Later beginLater() {
    return calls.later(calls.begin());
  }

  /** Ends a call that went on after its method returned. */
  void ended(Latencies.@Nullable Later later, @Nullable Throwable failure) {
    try {
      FaultPoint.reach("ended");
      Throwable inner = failure instanceof CompletionException ? failure.getCause() : null;
      Throwable cause = inner == null ? failure : inner;
      if (cause == null || policy.ignores(cause)) {
        calls.succeeded(later);
      } else if (FailurePolicy.isCancellation(cause)) {
        calls.cancelled(later);
      } else {
        calls.failed(later);
      }
    } catch (Throwable e) {
      return;
    }
  }

  /** Ends a call that went on after its method returned, and that somebody gave up. */
  void cancelled(Latencies.@Nullable Later later) {
    try {
      FaultPoint.reach("cancelled");
      calls.cancelled(later);
    } catch (Throwable e) {
      return;
    }
  }

  @Override
  public boolean failed(long token, Throwable failure) {
    boolean recovers = this.recovers;
    try {
      FaultPoint.reach("failed");
      if (policy.ignores(failure)) {
        recovers = false;
        calls.succeeded(token);
      } else if (FailurePolicy.isThrownCancellation(failure)) {
        recovers = false;
        calls.cancelled(token);
      } else {
        calls.failed(token);
      }
    } catch (Throwable e) {
      return recovers;
    }
    return recovers;
  }

  @Override
  public GatePath recovery() {
    return recovery;
  }
}
