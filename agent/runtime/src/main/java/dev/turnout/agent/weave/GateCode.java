package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GatePath;
import dev.turnout.bootstrap.GateSite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.jar.asm.TypePath;
import org.jspecify.annotations.Nullable;

/**
 * Writes a method's gate around its body, as a compiler would have made it of
 *
 * <pre>
 * GatePath path = GATE.choose(key);
 * long token = path.begin();
 * try {
 *   switch (path.branch) {
 *     default: result = ... the body ...; break;
 *     case 1:  result = fallback(arguments); break;
 *     case 2:  result = variant(arguments); break;
 *   }
 * } catch (Throwable failure) {
 *   try { path.failed(token, failure); } catch (any) {}
 *   throw failure;
 * }
 * try { path.succeeded(token); } catch (any) {}
 * return result;
 * </pre>
 *
 * <p>Where the fallback runs after a failure, {@code failed} says so; then {@code path.recovery()}
 * is begun, and the fallback gets the arguments that the method got, whatever its body has made of
 * its parameters since.
 *
 * <p>The gate's variables stand behind all others, so that none of the body moves. What it calls on
 * a path is outside of its own {@code try}: a call is recorded once. Where the stack ends, there
 * may be room for the body and none for the call that records it: that failure never gets out, for
 * the call is over by then. A return stays where it is, with what the body has left on the stack
 * under its result; and the gate's handlers stand before the body's, one of which may cover it.
 */
final class GateCode extends MethodVisitor {
  private static final int MOST_SLOTS = 0xffff;

  // Beyond the result in its place: a path, a token of two slots, and the result once more.
  private static final int TO_RECORD = 3;
  private static final String SITE = Type.getInternalName(GateSite.class);
  static final String PATH = Type.getInternalName(GatePath.class);
  static final String THROWABLE = "java/lang/Throwable";
  private static final Handle LINK =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          Type.getInternalName(GateLinker.class),
          "link",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/invoke/CallSite;",
          false);

  private final ClassFacts type;
  private final Wire wire;
  private final MethodFacts method;
  private final Type returnType;

  // What the method got: of an instance method its object first.
  private final List<Type> arguments = new ArrayList<>();
  private final int path;
  private final int token;

  // Where the fallback may run after the body: what it is to get, kept from before.
  private final int failure;
  private final int kept;
  private final int scratch;

  private final GateFrames frames;
  private final GateHandlers handlers;
  private final Label elsewhere = new Label();
  private final Label handler = new Label();
  private final Label unrecorded = new Label();
  private boolean returns;

  /**
   * Creates the visitor.
   *
   * @param out gets the gated method
   * @param type the class that declares it
   * @param wire what is to be woven into it
   */
  GateCode(MethodVisitor out, ClassFacts type, Wire wire) {
    super(Opcodes.ASM9, out);
    this.type = type;
    this.wire = wire;
    method = wire.method();
    returnType = method.returnType();
    if (!method.isStatic()) {
      arguments.add(Type.getObjectType(type.name()));
    }
    arguments.addAll(Arrays.asList(method.parameterTypes()));
    path = method.locals();
    token = path + 1;
    failure = token + 2;
    kept = failure + 1;
    scratch = wire.recovers() ? kept + size(arguments) : failure;
    handlers = new GateHandlers(out);
    frames = new GateFrames(out, method.locals(), wire.recovers() ? arguments : null);
  }

  private static int size(List<Type> types) {
    int size = 0;
    for (Type type : types) {
      size += type.getSize();
    }
    return size;
  }

  // ---- before the body

  @Override
  public void visitCode() {
    super.visitCode();
    if (wire.recovers()) {
      keepArguments();
    }
    choose();
    begin();
    if (wire.fallback() != null) {
      mv.visitVarInsn(Opcodes.ALOAD, path);
      branch();
      mv.visitJumpInsn(Opcodes.IFNE, elsewhere);
    }
    handlers.startGuarded();
  }

  private void keepArguments() {
    int from = 0;
    int to = kept;
    for (Type argument : arguments) {
      mv.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), from);
      mv.visitVarInsn(argument.getOpcode(Opcodes.ISTORE), to);
      from += argument.getSize();
      to += argument.getSize();
    }
    mv.visitInsn(Opcodes.ACONST_NULL);
    mv.visitVarInsn(Opcodes.ASTORE, failure);
  }

  private void choose() {
    link(mv, wire.arguments().toArray());
    loadKey();
    mv.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        SITE,
        "choose",
        "(Ljava/lang/Object;)" + Type.getDescriptor(GatePath.class),
        false);
    mv.visitVarInsn(Opcodes.ASTORE, path);
  }

  /** Writes the call site of a gate, which leaves its {@link GateSite} on the stack. */
  static void link(MethodVisitor code, Object... arguments) {
    code.visitInvokeDynamicInsn("gate", "()" + Type.getDescriptor(GateSite.class), LINK, arguments);
  }

  private void loadKey() {
    if (wire.keyParameter() < 0) {
      mv.visitInsn(Opcodes.ACONST_NULL);
      return;
    }
    int index = wire.keyParameter() + (method.isStatic() ? 0 : 1);
    Type key = arguments.get(index);
    mv.visitVarInsn(key.getOpcode(Opcodes.ILOAD), wire.keySlot());
    String box = box(key);
    if (box != null) {
      mv.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          box,
          "valueOf",
          Type.getMethodDescriptor(Type.getObjectType(box), key),
          false);
    }
  }

  private static @Nullable String box(Type primitive) {
    return switch (primitive.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.CHAR -> "java/lang/Character";
      case Type.BYTE -> "java/lang/Byte";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.LONG -> "java/lang/Long";
      case Type.FLOAT -> "java/lang/Float";
      case Type.DOUBLE -> "java/lang/Double";
      default -> null;
    };
  }

  private void begin() {
    mv.visitVarInsn(Opcodes.ALOAD, path);
    onPath("begin", "()J");
    mv.visitVarInsn(Opcodes.LSTORE, token);
  }

  private void branch() {
    mv.visitFieldInsn(Opcodes.GETFIELD, PATH, "branch", "I");
  }

  private void onPath(String name, String descriptor) {
    mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, PATH, name, descriptor, false);
  }

  // ---- the body

  @Override
  public void visitInsn(int opcode) {
    if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
      handlers.endGuarded();
      giveBack();
      handlers.startGuarded();
    } else {
      super.visitInsn(opcode);
    }
  }

  /** Every frame of the body has the gate's variables behind its own. */
  @Override
  public void visitFrame(
      int kind, int localCount, Object[] locals, int stackCount, Object[] stack) {
    frames.write(Arrays.asList(locals).subList(0, localCount), Arrays.copyOf(stack, stackCount));
  }

  @Override
  public void visitTryCatchBlock(Label start, Label end, Label target, @Nullable String caught) {
    handlers.addOfBody(start, end, target, caught);
  }

  // Names a handler by its place among all, which is known at the end only. No program reads it.
  @Override
  public @Nullable AnnotationVisitor visitTryCatchAnnotation(
      int reference, @Nullable TypePath typePath, String descriptor, boolean visible) {
    return null;
  }

  // What a return becomes: the result, once it is recorded.
  private void giveBack() {
    returns = true;
    if (returnType.getSize() > 0) {
      mv.visitVarInsn(returnType.getOpcode(Opcodes.ISTORE), scratch);
    }
    Label from = handlers.here();
    mv.visitVarInsn(Opcodes.ALOAD, path);
    mv.visitVarInsn(Opcodes.LLOAD, token);
    if (wire.completesLater()) {
      mv.visitVarInsn(Opcodes.ALOAD, scratch);
      onPath("completes", "(JLjava/lang/Object;)Ljava/lang/Object;");
      mv.visitTypeInsn(Opcodes.CHECKCAST, returnType.getInternalName());
      mv.visitVarInsn(Opcodes.ASTORE, scratch);
    } else {
      onPath("succeeded", "(J)V");
    }
    handlers.catchAnySince(from, unrecorded);
    returnResult();
  }

  private void returnResult() {
    if (returnType.getSize() > 0) {
      mv.visitVarInsn(returnType.getOpcode(Opcodes.ILOAD), scratch);
    }
    mv.visitInsn(returnType.getOpcode(Opcodes.IRETURN));
  }

  // ---- behind the body

  @Override
  public void visitMaxs(int maxStack, int maxLocals) {
    handlers.endGuarded();
    Label fallback = wire.variants().isEmpty() ? elsewhere : new Label();
    if (!wire.variants().isEmpty()) {
      variants(fallback);
    }
    handle();
    if (wire.fallback() != null) {
      call(wire.fallback(), fallback);
    }
    if (returns) {
      returnUnrecorded();
    }
    handlers.write(handler);
    // On top of what the body leaves under its result, or of nothing the longest call.
    int called = size(arguments) + 1;
    int stack = Math.max(Math.max(maxStack, 1) + TO_RECORD, called);
    int locals = scratch + Math.max(returnType.getSize(), 1);
    // The class file has 16 bits for each, and would silently get the lowest.
    if (Math.max(stack, locals) > MOST_SLOTS) {
      throw new IllegalStateException(
          method.fullName() + " leaves no room for a gate among its variables or on its stack");
    }
    mv.visitMaxs(stack, locals);
  }

  private void variants(Label fallback) {
    Label[] labels = new Label[wire.variants().size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = new Label();
    }
    mv.visitLabel(elsewhere);
    frames.write(atTheHead());
    mv.visitVarInsn(Opcodes.ALOAD, path);
    branch();
    int first = GatePath.FIRST_VARIANT;
    mv.visitTableSwitchInsn(first, first + labels.length - 1, fallback, labels);
    for (int i = 0; i < labels.length; i++) {
      call(wire.variants().get(i).method(), labels[i]);
    }
  }

  private void handle() {
    mv.visitLabel(handler);
    frames.write(List.of(), THROWABLE);
    int caught = wire.recovers() ? failure : scratch;
    mv.visitVarInsn(Opcodes.ASTORE, caught);
    Label untold = new Label();
    Label before = handlers.here();
    mv.visitVarInsn(Opcodes.ALOAD, path);
    mv.visitVarInsn(Opcodes.LLOAD, token);
    mv.visitVarInsn(Opcodes.ALOAD, caught);
    onPath("failed", "(JLjava/lang/Throwable;)Z");
    handlers.catchAnySince(before, untold);
    Label recover = new Label();
    if (wire.recovers()) {
      mv.visitJumpInsn(Opcodes.IFNE, recover);
    } else {
      mv.visitInsn(Opcodes.POP);
    }
    rethrow(caught);
    mv.visitLabel(untold);
    frames.write(List.of(), wire.recovers() ? List.of() : List.of(THROWABLE), THROWABLE);
    mv.visitInsn(Opcodes.POP);
    rethrow(caught);
    if (wire.recovers()) {
      mv.visitLabel(recover);
      frames.write(List.of());
      mv.visitVarInsn(Opcodes.ALOAD, path);
      onPath("recovery", "()" + Type.getDescriptor(GatePath.class));
      mv.visitVarInsn(Opcodes.ASTORE, path);
      begin();
      handlers.catchAnySince(recover, untold);
    }
  }

  private void rethrow(int caught) {
    mv.visitVarInsn(Opcodes.ALOAD, caught);
    mv.visitInsn(Opcodes.ATHROW);
  }

  // A call that could not be recorded is over all the same.
  private void returnUnrecorded() {
    mv.visitLabel(unrecorded);
    frames.write(
        List.of(),
        returnType.getSize() > 0 ? GateFrames.entries(List.of(returnType)) : List.of(),
        THROWABLE);
    mv.visitInsn(Opcodes.POP);
    returnResult();
  }

  // What the frame of a jump from the prologue holds. Where the fallback may come after the body,
  // nothing of this can be relied on, and the kept arguments are taken.
  private List<Object> atTheHead() {
    return wire.recovers() ? List.of() : GateFrames.entries(arguments);
  }

  private void call(MethodFacts target, Label start) {
    mv.visitLabel(start);
    frames.write(atTheHead());
    if (method.line() > 0) {
      mv.visitLineNumber(method.line(), start);
    }
    handlers.startGuarded();
    int from = wire.recovers() ? kept : 0;
    for (Type argument : arguments) {
      mv.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), from);
      from += argument.getSize();
    }
    if (Wire.takesFailure(method, target)) {
      if (wire.recovers()) {
        mv.visitVarInsn(Opcodes.ALOAD, failure);
      } else {
        mv.visitInsn(Opcodes.ACONST_NULL);
      }
    }
    // By the name of this class, as a compiler would: a superclass that declares the method may be
    // out of this class's sight.
    mv.visitMethodInsn(
        invocation(target), type.name(), target.name(), target.descriptor(), type.isInterface());
    handlers.endGuarded();
    giveBack();
  }

  private int invocation(MethodFacts target) {
    if (target.isStatic()) {
      return Opcodes.INVOKESTATIC;
    }
    if (target.is(Opcodes.ACC_PRIVATE)) {
      return Opcodes.INVOKESPECIAL;
    }
    return type.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
  }
}
