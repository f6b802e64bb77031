package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;

/**
 * As {@link GateExit}, for methods whose fallback also runs after the new implementation failed.
 * The arguments are kept as they were, since the failed body may have reassigned them.
 */
final class RecoveringGateExit {
  private RecoveringGateExit() {}

  @Advice.OnMethodExit(onThrowable = Throwable.class, backupArguments = true)
  static void exit(
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token,
      @Advice.Thrown(readOnly = false) Throwable failure,
      @FallbackCall boolean fallbackReturned) {
    boolean fallback = path.fallback;
    if (!fallback) {
      if (failure == null) {
        path.succeeded(token);
      } else if (path.failed(token, failure)) {
        path = path.recovery();
        token = path.begin();
        fallback = true;
      }
    }
    if (fallback) {
      try {
        if (fallbackReturned) {
          failure = null;
          path.succeeded(token);
        }
      } catch (Throwable thrown) {
        path.failed(token, thrown);
        failure = thrown;
      }
    }
  }
}
