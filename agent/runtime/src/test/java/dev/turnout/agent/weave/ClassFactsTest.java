package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.weave.MethodFacts.Origin;
import java.util.function.Consumer;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

class ClassFactsTest {
  private static final String PAY = "(I)Ljava/lang/String;";

  // As Scala makes it of a class that has its method of a trait; or writes what calls the trait's.
  private static ClassFacts mixedIn(boolean more) {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, "shop/Pay", null, "java/lang/Object", null);
    MethodVisitor pay = type.visitMethod(Opcodes.ACC_PUBLIC, "pay", PAY, null, null);
    pay.visitCode();
    pay.visitVarInsn(Opcodes.ALOAD, 0);
    pay.visitVarInsn(Opcodes.ILOAD, 1);
    String ofTrait = PAY.replace("(", "(Lshop/Paying;");
    pay.visitMethodInsn(Opcodes.INVOKESTATIC, "shop/Paying", "pay$", ofTrait, true);
    if (more) {
      pay.visitLdcInsn("!");
      String concat = "(Ljava/lang/String;)Ljava/lang/String;";
      pay.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/String", "concat", concat, false);
    }
    pay.visitInsn(Opcodes.ARETURN);
    pay.visitMaxs(0, 0);
    pay.visitEnd();
    type.visitEnd();
    return ClassFacts.read(new ClassReader(type.toByteArray()), true);
  }

  @Test
  void methodThatDoesNothingButCallItsTraits_isMade() {
    assertThat(isForwarder(mixedIn(false), PAY)).isTrue();
    assertThat(isForwarder(mixedIn(true), PAY)).isFalse();
  }

  private static boolean isForwarder(ClassFacts type, String descriptor) {
    return type.methods().stream()
        .filter(method -> method.descriptor().equals(descriptor))
        .anyMatch(type::isForwarder);
  }

  // As Kotlin makes it of fun pay(times: Int): Int, be it inline or calling an inline one of its
  // name: with a marker as long as either takes.
  private static MethodFacts marked(Consumer<MethodVisitor> code) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Pay", null, "java/lang/Object", null);
    MethodVisitor pay = type.visitMethod(Opcodes.ACC_PUBLIC, "pay", "(I)I", null, null);
    pay.visitCode();
    code.accept(pay);
    pay.visitMaxs(2, 5);
    pay.visitEnd();
    type.visitEnd();
    return ClassFacts.read(new ClassReader(type.toByteArray()), true).methods().get(0);
  }

  private static Label here(MethodVisitor code) {
    Label label = new Label();
    code.visitLabel(label);
    return label;
  }

  private static Label line(MethodVisitor code) {
    Label label = here(code);
    code.visitLineNumber(7, label);
    return label;
  }

  private static Label afterMarker(MethodVisitor code, int variable) {
    code.visitInsn(Opcodes.ICONST_0);
    code.visitVarInsn(Opcodes.ISTORE, variable);
    return here(code);
  }

  private static void result(MethodVisitor code) {
    code.visitVarInsn(Opcodes.ILOAD, 1);
  }

  private static void mark(MethodVisitor code, Label start, Label end, int variable) {
    code.visitLocalVariable("$i$f$pay", "I", null, start, end, variable);
  }

  @Test
  void kotlinFunctionOfMarkedCode_isInline() {
    MethodFacts inline =
        marked(
            code -> {
              Label start = afterMarker(code, 2);
              code.visitLineNumber(7, start);
              result(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, start, here(code), 2);
            });
    assertThat(inline.origin()).isEqualTo(Origin.INLINE);
  }

  // It may have a line at its head, where it has a finally; and its variables have moved, where
  // another agent has one of its own behind the parameters.
  @Test
  void kotlinInlineFunction_isKnownByItsLine_orByItsVariable() {
    MethodFacts withFinally =
        marked(
            code -> {
              line(code);
              Label start = afterMarker(code, 2);
              result(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, start, here(code), 2);
            });
    assertThat(withFinally.origin()).isEqualTo(Origin.INLINE);
    MethodFacts moved =
        marked(
            code -> {
              Label start = afterMarker(code, 3);
              code.visitLineNumber(7, start);
              result(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, start, here(code), 3);
            });
    assertThat(moved.origin()).isEqualTo(Origin.INLINE);
  }

  @Test
  void kotlinFunctionThatCallsAnInlineOneOfItsName_isWritten() {
    MethodFacts caller =
        marked(
            code -> {
              line(code);
              Label start = afterMarker(code, 2);
              result(code);
              Label end = here(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, start, end, 2);
            });
    assertThat(caller.origin()).isEqualTo(Origin.WRITTEN);
  }

  // With the lambda that it gives to the other.
  @Test
  void kotlinFunctionThatReturnsWithinAnInlineOneOfItsName_isWritten() {
    MethodFacts caller =
        marked(
            code -> {
              line(code);
              code.visitVarInsn(Opcodes.ALOAD, 0);
              code.visitVarInsn(Opcodes.ASTORE, 2);
              Label start = afterMarker(code, 3);
              result(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, start, here(code), 3);
            });
    assertThat(caller.origin()).isEqualTo(Origin.WRITTEN);
  }

  @Test
  void kotlinInlineFunctionThatCallsAnotherOfItsName_isInline() {
    MethodFacts both =
        marked(
            code -> {
              Label start = afterMarker(code, 2);
              code.visitLineNumber(7, start);
              Label copy = afterMarker(code, 3);
              result(code);
              Label end = here(code);
              code.visitInsn(Opcodes.IRETURN);
              mark(code, copy, end, 3);
              mark(code, start, here(code), 2);
            });
    assertThat(both.origin()).isEqualTo(Origin.INLINE);
  }
}
