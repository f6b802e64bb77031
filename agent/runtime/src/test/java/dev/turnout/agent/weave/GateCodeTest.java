package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods with nearly as many variables, or as deep a stack, as a class file can say. */
class GateCodeTest {
  private static final String NAME = "made.Wide";

  private final List<String> found = new ArrayList<>();
  private final Instrumentation instrumentation = ByteBuddyAgent.install();
  private final GateTransformer transformer =
      new GateTransformer(
          instrumentation,
          GateRules.NONE,
          (loader, flag, method, problem) -> found.add(method + ": " + problem));

  @AfterEach
  void uninstall() {
    instrumentation.removeTransformer(transformer);
  }

  private static byte[] wide(int stack, int locals) {
    ClassWriter type = new ClassWriter(0);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "made/Wide", null, "java/lang/Object", null);
    MethodVisitor gated = type.visitMethod(access, "play", "()I", null, null);
    AnnotationVisitor flagged = gated.visitAnnotation("Ldev/turnout/Flagged;", false);
    flagged.visit("value", "f");
    flagged.visit("fallback", "old");
    flagged.visitEnd();
    answer(gated, Opcodes.ICONST_1, stack, locals);
    answer(type.visitMethod(access, "old", "()I", null, null), Opcodes.ICONST_2, 1, 0);
    type.visitEnd();
    return type.toByteArray();
  }

  private static void answer(MethodVisitor method, int constant, int stack, int locals) {
    method.visitCode();
    method.visitInsn(constant);
    method.visitInsn(Opcodes.IRETURN);
    method.visitMaxs(stack, locals);
    method.visitEnd();
  }

  private static final class Maker extends ClassLoader {
    Class<?> define(byte[] bytes) {
      return defineClass(NAME, bytes, 0, bytes.length);
    }
  }

  private Object play(int stack, int locals) throws ReflectiveOperationException {
    instrumentation.addTransformer(transformer);
    return new Maker().define(wide(stack, locals)).getMethod("play").invoke(null);
  }

  @ParameterizedTest
  @CsvSource({"65535,0", "65533,0", "1,65535", "1,65532"})
  void noRoomForAGate_isOneLine_andTheMethodRunsAsWritten(int stack, int locals) throws Exception {
    assertThat(play(stack, locals)).isEqualTo(1);
    assertThat(found)
        .singleElement()
        .asString()
        .startsWith(NAME + ": ")
        .contains("made.Wide#play() leaves no room for a gate among its variables or on its stack");
  }

  // Nothing is connected to the gate, so it passes the call through.
  @ParameterizedTest
  @CsvSource({"65532,0", "1,65531"})
  void roomForAGate_toTheLastSlot(int stack, int locals) throws Exception {
    assertThat(play(stack, locals)).isEqualTo(1);
    assertThat(found).containsExactly(NAME + "#play(): null");
  }

  // As Kotlin makes them of "a + (b ?: return 5)": a return leaves what it does not need.
  @ParameterizedTest
  @CsvSource({"I,0", "J,0", "D,1", "Ljava/lang/String;,1", "V,1"})
  void whatABodyLeavesUnderItsResult_isLeftThere(String result, int guarded) throws Exception {
    instrumentation.addTransformer(transformer);

    Class<?> type = new Maker().define(leaving(Type.getType(result), guarded == 1));

    type.getMethod("play").invoke(null);
    assertThat(found).containsExactly(NAME + "#play(): null");
  }

  private static byte[] leaving(Type result, boolean guarded) {
    ClassWriter type = new ClassWriter(0);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "made/Wide", null, "java/lang/Object", null);
    String descriptor = "()" + result.getDescriptor();
    MethodVisitor gated = type.visitMethod(access, "play", descriptor, null, null);
    AnnotationVisitor flagged = gated.visitAnnotation("Ldev/turnout/Flagged;", false);
    flagged.visit("value", "f");
    flagged.visit("fallback", "old");
    flagged.visitEnd();
    leave(gated, result, guarded);
    leave(type.visitMethod(access, "old", descriptor, null, null), result, false);
    type.visitEnd();
    return type.toByteArray();
  }

  private static void leave(MethodVisitor method, Type result, boolean guarded) {
    Label start = new Label();
    Label end = new Label();
    Label handler = new Label();
    method.visitCode();
    if (guarded) {
      method.visitTryCatchBlock(start, end, handler, "java/lang/Throwable");
    }
    method.visitLabel(start);
    method.visitTypeInsn(Opcodes.NEW, "java/lang/Object");
    method.visitInsn(Opcodes.DUP);
    method.visitInsn(Opcodes.LCONST_1);
    zero(method, result);
    method.visitInsn(result.getOpcode(Opcodes.IRETURN));
    method.visitLabel(end);
    if (guarded) {
      method.visitLabel(handler);
      method.visitFrame(Opcodes.F_FULL, 0, null, 1, new Object[] {"java/lang/Throwable"});
      method.visitInsn(Opcodes.ATHROW);
    }
    method.visitMaxs(6, 0);
    method.visitEnd();
  }

  private static void zero(MethodVisitor method, Type result) {
    switch (result.getSort()) {
      case Type.VOID -> {}
      case Type.INT -> method.visitInsn(Opcodes.ICONST_0);
      case Type.LONG -> method.visitInsn(Opcodes.LCONST_0);
      case Type.DOUBLE -> method.visitInsn(Opcodes.DCONST_0);
      default -> method.visitInsn(Opcodes.ACONST_NULL);
    }
  }
}
