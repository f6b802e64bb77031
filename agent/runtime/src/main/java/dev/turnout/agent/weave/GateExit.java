package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;

/** What is woven into the end of a routed method: the fallback's call, and the record of either. */
final class GateExit {
  private GateExit() {}

  // Reading fallbackReturned runs the fallback and stores its result as the method's own.
  @Advice.OnMethodExit(onThrowable = Throwable.class, backupArguments = false)
  static void exit(
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token,
      @Advice.Thrown(readOnly = false) Throwable failure,
      @FallbackCall boolean fallbackReturned) {
    if (path.fallback) {
      try {
        if (fallbackReturned) {
          path.succeeded(token);
        }
      } catch (Throwable thrown) {
        path.failed(token, thrown);
        failure = thrown;
      }
    } else if (failure == null) {
      path.succeeded(token);
    } else {
      path.failed(token, failure);
    }
  }
}
