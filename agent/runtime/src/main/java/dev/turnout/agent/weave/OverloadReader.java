package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a method's code calls a method of its name as Kotlin's compiler has it for a
 * function with {@code @JvmOverloads}: with its own parameters, in their order, and nothing for
 * those that it leaves out. Functions may have that annotation and nothing to be left out, or call
 * others of their name: those are no forwarders. Another agent may have added to the code, before
 * the call or behind it.
 */
class OverloadReader extends MethodVisitor {
  /** A parameter that is passed on. */
  private record Load(int slot) {}

  final String owner;
  final int access;
  final String name;
  final String descriptor;
  private final List<Object> pushed = new ArrayList<>();
  private boolean hasCode;
  private boolean branches;
  private boolean callsWhole;
  private boolean callsDefaults;
  private boolean callsCompanions;

  OverloadReader(String owner, int access, String name, String descriptor) {
    super(Opcodes.ASM9);
    this.owner = owner;
    this.access = access;
    this.name = name;
    this.descriptor = descriptor;
  }

  /** Whether the method has code, and that was read. */
  boolean hasCode() {
    return hasCode;
  }

  /** Whether there is such a call, and no way around it. */
  boolean callsAsAnOverload() {
    return callsWhole && !branches;
  }

  /**
   * Whether it calls what takes defaults at all: another agent may have put branches around that,
   * and moved the parameters.
   */
  boolean callsDefaults() {
    return callsDefaults;
  }

  /** Whether it calls what takes defaults of a class within its own, as of its companion. */
  boolean callsCompanions() {
    return callsCompanions;
  }

  @Override
  public void visitCode() {
    hasCode = true;
  }

  @Override
  public void visitVarInsn(int opcode, int slot) {
    push(opcode < Opcodes.ISTORE ? new Load(slot) : null);
  }

  @Override
  public void visitInsn(int opcode) {
    boolean none =
        opcode == Opcodes.ACONST_NULL
            || opcode == Opcodes.LCONST_0
            || opcode == Opcodes.FCONST_0
            || opcode == Opcodes.DCONST_0;
    boolean number = opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5;
    push(none ? Integer.valueOf(0) : number ? Integer.valueOf(opcode - Opcodes.ICONST_0) : null);
  }

  @Override
  public void visitIntInsn(int opcode, int operand) {
    push(opcode == Opcodes.NEWARRAY ? null : operand);
  }

  @Override
  public void visitLdcInsn(Object value) {
    push(value);
  }

  @Override
  public void visitTypeInsn(int opcode, String type) {
    push(null);
  }

  @Override
  public void visitIincInsn(int slot, int by) {
    push(null);
  }

  @Override
  public void visitFieldInsn(int opcode, String of, String field, String type) {
    push(null);
  }

  @Override
  public void visitJumpInsn(int opcode, Label label) {
    branches = true;
    push(null);
  }

  @Override
  public void visitInvokeDynamicInsn(
      String called, String type, Handle bootstrap, Object... arguments) {
    push(null);
  }

  // Where several files make one class, that calls its parts, and those call through it.
  @Override
  public void visitMethodInsn(
      int opcode, String target, String called, String type, boolean isInterface) {
    if (opcode == Opcodes.INVOKESTATIC) {
      boolean part = target.startsWith(owner + "__");
      boolean whole = target.equals(owner) || owner.startsWith(target + "__");
      boolean toDefaults = called.equals(name + "$default");
      boolean toPart = part && called.equals(name) && type.equals(descriptor);
      callsWhole |= toPart || (whole && toDefaults && leavesOut(type));
      callsDefaults |= toPart || toDefaults;
      callsCompanions |= toDefaults && target.startsWith(owner + "$");
    }
    push(null);
  }

  // Null for anything else than what is loaded as it is.
  private void push(@Nullable Object value) {
    if (value == null) {
      pushed.clear();
    } else {
      pushed.add(value);
    }
  }

  // Behind the parameters stand numbers, whose bits say which were left out, 32 to a number, and an
  // object that is never there.
  private boolean leavesOut(String type) {
    int given = Type.getArgumentTypes(type).length;
    int most = (given + 31) / 32;
    if (pushed.size() < given) {
      return false;
    }
    List<Object> arguments = pushed.subList(pushed.size() - given, pushed.size());
    for (int masks = 1; masks <= most && masks + 1 < given; masks++) {
      int parameters = given - 1 - masks;
      int left = leftOut(arguments.subList(0, parameters));
      if (left > 0
          && left == bits(arguments.subList(parameters, given - 1))
          && arguments.get(given - 1).equals(0)) {
        return true;
      }
    }
    return false;
  }

  // How many of a call's arguments are none; -1 unless the others are the parameters.
  private int leftOut(List<Object> arguments) {
    List<Load> own = parameters();
    List<Object> passed = new ArrayList<>(arguments);
    passed.removeIf(argument -> argument.equals(0));
    return passed.equals(own) ? arguments.size() - own.size() : -1;
  }

  private List<Load> parameters() {
    List<Load> loads = new ArrayList<>();
    int slot = 0;
    if ((access & Opcodes.ACC_STATIC) == 0) {
      loads.add(new Load(slot++));
    }
    for (Type parameter : Type.getArgumentTypes(descriptor)) {
      loads.add(new Load(slot));
      slot += parameter.getSize();
    }
    return loads;
  }

  private static int bits(List<Object> masks) {
    int bits = 0;
    for (Object mask : masks) {
      if (!(mask instanceof Integer)) {
        return -1;
      }
      bits += Integer.bitCount((Integer) mask);
    }
    return bits;
  }
}
