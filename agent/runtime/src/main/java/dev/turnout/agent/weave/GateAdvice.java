package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;

/**
 * What is woven into a gated method. It is inlined, so it may name only the JDK and the bootstrap
 * package.
 */
final class GateAdvice {
  private GateAdvice() {}

  @SuppressWarnings("UnusedVariable") // locals shared with the exit advice, which reads them
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
  static boolean enter(
      @ChosenPath GatePath chosen,
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token) {
    path = chosen;
    token = path.begin();
    return path.fallback;
  }

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
