package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of a gated method: what its variables and its stack hold where jumps meet,
 * which the JVM checks. In each of them the gate's variables stand behind the body's.
 */
final class GateFrames {
  private final MethodVisitor out;
  private final int bodyLocals;
  private final List<Object> gateLocals = new ArrayList<>();

  /**
   * Creates the writer.
   *
   * @param out gets the frames
   * @param bodyLocals slots of the body's variables
   * @param kept what the gate keeps for a fallback that runs after a failure; null if none does
   */
  GateFrames(MethodVisitor out, int bodyLocals, @Nullable List<Type> kept) {
    this.out = out;
    this.bodyLocals = bodyLocals;
    gateLocals.add(GateCode.PATH);
    gateLocals.add(Opcodes.LONG);
    if (kept != null) {
      gateLocals.add(GateCode.THROWABLE);
      gateLocals.addAll(entries(kept));
    }
  }

  /**
   * Writes a frame.
   *
   * @param locals the body's variables that can be relied on
   */
  void write(List<Object> locals, Object... stack) {
    write(locals, List.of(), stack);
  }

  /**
   * Writes a frame.
   *
   * @param locals the body's variables that can be relied on
   * @param last what stands behind all other variables
   */
  void write(List<Object> locals, List<Object> last, Object... stack) {
    int slots = 0;
    for (Object local : locals) {
      slots += local == Opcodes.LONG || local == Opcodes.DOUBLE ? 2 : 1;
    }
    List<Object> all = new ArrayList<>(locals);
    all.addAll(Collections.nCopies(bodyLocals - slots, Opcodes.TOP));
    all.addAll(gateLocals);
    all.addAll(last);
    out.visitFrame(Opcodes.F_NEW, all.size(), all.toArray(), stack.length, stack);
  }

  /** Variables of these types, as a frame has them. */
  static List<Object> entries(List<Type> types) {
    List<Object> entries = new ArrayList<>();
    for (Type type : types) {
      entries.add(entry(type));
    }
    return entries;
  }

  private static Object entry(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN, Type.CHAR, Type.BYTE, Type.SHORT, Type.INT -> Opcodes.INTEGER;
      case Type.LONG -> Opcodes.LONG;
      case Type.FLOAT -> Opcodes.FLOAT;
      case Type.DOUBLE -> Opcodes.DOUBLE;
      default -> type.getInternalName();
    };
  }
}
