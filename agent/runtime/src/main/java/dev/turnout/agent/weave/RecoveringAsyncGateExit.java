package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/**
 * As {@link RecoveringGateExit}, for methods that return something that completes later. The
 * fallback runs after the new implementation threw, not after what it returned has failed.
 */
final class RecoveringAsyncGateExit {
  private RecoveringAsyncGateExit() {}

  @Advice.OnMethodExit(onThrowable = Throwable.class, backupArguments = true)
  static void exit(
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token,
      @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) @Nullable Object returned,
      @Advice.Thrown(readOnly = false) Throwable failure,
      @FallbackCall boolean fallbackReturned) {
    boolean fallback = path.fallback;
    if (!fallback) {
      if (failure == null) {
        returned = path.completes(token, returned);
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
          returned = path.completes(token, returned);
        }
      } catch (Throwable thrown) {
        path.failed(token, thrown);
        failure = thrown;
      }
    }
  }
}
