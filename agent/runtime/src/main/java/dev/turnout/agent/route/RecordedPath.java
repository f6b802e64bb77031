package dev.turnout.agent.route;

import dev.turnout.agent.measure.PathRecorder;
import dev.turnout.bootstrap.GatePath;

/** One path of one gate under one revision of its flag, with the recorder of its calls. */
final class RecordedPath extends GatePath {
  private final PathRecorder recorder;
  private final FailurePolicy policy;
  private final RecordedPath recovery;

  /** Creates the fallback path. */
  RecordedPath(PathRecorder recorder) {
    super(true);
    this.recorder = recorder;
    policy = FailurePolicy.COUNT_ALL;
    recovery = this;
  }

  /** Creates the new path. */
  RecordedPath(PathRecorder recorder, FailurePolicy policy, RecordedPath recovery) {
    super(false);
    this.recorder = recorder;
    this.policy = policy;
    this.recovery = recovery;
  }

  @Override
  public long begin() {
    return recorder.begin();
  }

  @Override
  public void succeeded(long token) {
    recorder.succeeded(token);
  }

  @Override
  public boolean failed(long token, Throwable failure) {
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
