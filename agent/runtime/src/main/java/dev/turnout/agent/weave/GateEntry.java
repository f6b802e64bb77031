package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GatePath;
import net.bytebuddy.asm.Advice;

/**
 * What is woven into the head of every routed method: the call is decided, and the body is skipped
 * where the fallback runs. It is inlined, as the exits are, so it may name only the JDK and the
 * bootstrap package.
 */
final class GateEntry {
  private GateEntry() {}

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
}
