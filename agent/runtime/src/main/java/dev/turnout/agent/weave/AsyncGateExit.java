package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** As {@link GateExit}, for methods that return something that completes later. */
final class AsyncGateExit {
  private AsyncGateExit() {}

  @Advice.OnMethodExit(onThrowable = Throwable.class, backupArguments = false)
  static void exit(
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token,
      @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) @Nullable Object returned,
      @Advice.Thrown(readOnly = false) Throwable failure,
      @FallbackCall boolean fallbackReturned) {
    if (path.fallback) {
      try {
        if (fallbackReturned) {
          returned = path.completes(token, returned);
        }
      } catch (Throwable thrown) {
        path.failed(token, thrown);
        failure = thrown;
      }
    } else if (failure == null) {
      returned = path.completes(token, returned);
    } else {
      path.failed(token, failure);
    }
  }
}
