package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** What is woven into a method that is measured and never routed. */
final class ObserveAdvice {
  private ObserveAdvice() {}

  @SuppressWarnings("UnusedVariable") // locals shared with the exit advice, which reads them
  @Advice.OnMethodEnter
  static void enter(
      @ChosenPath GatePath chosen,
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token) {
    path = chosen;
    token = path.begin();
  }

  @Advice.OnMethodExit(onThrowable = Throwable.class, backupArguments = false)
  static void exit(
      @Advice.Local("path") GatePath path,
      @Advice.Local("token") long token,
      @Advice.Thrown @Nullable Throwable failure) {
    if (failure == null) {
      path.succeeded(token);
    } else {
      path.failed(token, failure);
    }
  }
}
