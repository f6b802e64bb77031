package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import org.jspecify.annotations.Nullable;

/**
 * The exception table of a gated method. The first handler that fits gets a failure, so the gate's
 * own for what it calls come first, then the body's, and last the one that has a call fail.
 */
final class GateHandlers {
  private final MethodVisitor out;
  private final List<OfBody> ofBody = new ArrayList<>();
  private final List<Label> guarded = new ArrayList<>();
  private Label start = new Label();

  /** A handler of the body's own; of no type for any failure. */
  private record OfBody(Label start, Label end, Label handler, @Nullable String type) {}

  /**
   * Creates an empty table.
   *
   * @param out gets the handlers
   */
  GateHandlers(MethodVisitor out) {
    this.out = out;
  }

  /** Adds a handler of the body's own. */
  void addOfBody(Label start, Label end, Label handler, @Nullable String type) {
    ofBody.add(new OfBody(start, end, handler, type));
  }

  /**
   * Adds a handler of the gate's, from a label to here. By no name of an exception: to resolve one
   * runs code, and there may be no stack left for any.
   */
  void catchAnySince(Label from, Label handler) {
    out.visitTryCatchBlock(from, here(), handler, null);
  }

  /** From here on the method's own failures are the call's. */
  void startGuarded() {
    start = here();
  }

  /** Ends that. Between two returns there may be nothing, and an empty range is not allowed. */
  void endGuarded() {
    Label end = here();
    if (start.getOffset() < end.getOffset()) {
      guarded.add(start);
      guarded.add(end);
    }
  }

  /**
   * Writes what has to come behind the gate's.
   *
   * @param failed gets the method's own failures
   */
  void write(Label failed) {
    for (OfBody own : ofBody) {
      out.visitTryCatchBlock(own.start(), own.end(), own.handler(), own.type());
    }
    for (int i = 0; i < guarded.size(); i += 2) {
      out.visitTryCatchBlock(guarded.get(i), guarded.get(i + 1), failed, null);
    }
  }

  /** Marks this place. */
  Label here() {
    Label here = new Label();
    out.visitLabel(here);
    return here;
  }
}
