package dev.turnout.agent.route;

import dev.turnout.agent.measure.PathRecorder;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.flags.Reason;
import java.util.concurrent.atomic.LongAdder;

/** The calls of one gate that one decision sends one way, with the recorder of that way. */
final class RecordedPath extends GatePath {
  private final PathRecorder recorder;

  @SuppressWarnings("UnusedVariable") // held, as the recorder asks for
  private final Object token;

  private final LongAdder calls;
  private final FailurePolicy policy;
  private final GatePath recovery;

  /** Creates the fallback path. */
  RecordedPath(Recorders.Use use, Reason reason) {
    super(true);
    recorder = use.recorder();
    token = use.token();
    calls = recorder.calls(reason);
    policy = FailurePolicy.COUNT_ALL;
    recovery = this;
  }

  /** Creates the new path. */
  RecordedPath(Recorders.Use use, Reason reason, FailurePolicy policy, GatePath recovery) {
    super(false);
    recorder = use.recorder();
    token = use.token();
    calls = recorder.calls(reason);
    this.policy = policy;
    this.recovery = recovery;
  }

  @Override
  public long begin() {
    return recorder.begin();
  }

  @Override
  public void succeeded(long token) {
    calls.increment();
    recorder.succeeded(token);
  }

  @Override
  public boolean failed(long token, Throwable failure) {
    calls.increment();
    if (policy.ignores(failure)) {
      recorder.succeeded(token);
      return false;
    }
    recorder.failed(token);
    return !fallback && policy.recovers();
  }

  @Override
  public GatePath recovery() {
    return recovery;
  }
}
