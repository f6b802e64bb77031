package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

/** Which of a Kotlin class's methods were made to be called with fewer parameters. */
class OverloadsTest {
  private static final String PAY = "(Ljava/lang/String;I)V";
  private static final String SHORT = "(Ljava/lang/String;)V";
  private static final String LEADING = "(Lshop/Pay;Ljava/lang/String;IILjava/lang/Object;)V";
  private static final String THIRTY_TWO = "(Ljava/lang/String;" + "I".repeat(32) + ")V";

  private static void method(
      ClassWriter type, String descriptor, boolean asked, Consumer<MethodVisitor> body) {
    MethodVisitor pay = type.visitMethod(Opcodes.ACC_PUBLIC, "pay", descriptor, null, null);
    pay.visitAnnotation("Ldev/turnout/Flagged;", true).visitEnd();
    if (asked) {
      pay.visitAnnotation("Lkotlin/jvm/JvmOverloads;", false).visitEnd();
    }
    pay.visitCode();
    body.accept(pay);
    pay.visitInsn(Opcodes.RETURN);
    pay.visitMaxs(40, 40);
    pay.visitEnd();
  }

  private static void defaults(ClassWriter type, String descriptor) {
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;
    type.visitMethod(access, "pay$default", descriptor, null, null).visitEnd();
  }

  private static ClassFacts type(boolean withCode, Consumer<ClassWriter> methods) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Pay", null, "java/lang/Object", null);
    methods.accept(type);
    type.visitEnd();
    return ClassFacts.read(new ClassReader(type.toByteArray()), withCode);
  }

  private static void nothing(MethodVisitor code) {
    code.visitInsn(Opcodes.NOP);
  }

  private static void callDefaults(MethodVisitor code, int times, int mask) {
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitIntInsn(Opcodes.BIPUSH, times);
    code.visitInsn(Opcodes.ICONST_0 + mask);
    code.visitInsn(Opcodes.ACONST_NULL);
    code.visitMethodInsn(Opcodes.INVOKESTATIC, "shop/Pay", "pay$default", LEADING, false);
  }

  private static void leaveOut(MethodVisitor code) {
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitLdcInsn("user");
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "kotlin/jvm/internal/Intrinsics",
        "checkNotNullParameter",
        "(Ljava/lang/Object;Ljava/lang/String;)V",
        false);
    callDefaults(code, 0, 2);
  }

  // As Kotlin makes it of fun pay(user: String, times: Int = 1) with @JvmOverloads, whose other
  // overload was written by hand. The JVM shows changed classes without annotations like that one.
  private static ClassFacts pay(boolean asWritten, boolean withCode) {
    return type(
        withCode,
        type -> {
          method(type, PAY, asWritten, OverloadsTest::nothing);
          defaults(type, LEADING);
          method(type, SHORT, asWritten, OverloadsTest::leaveOut);
          method(type, "()V", false, OverloadsTest::nothing);
        });
  }

  private static ClassFacts beside(Consumer<MethodVisitor> body) {
    return type(
        true,
        type -> {
          method(type, PAY, false, OverloadsTest::nothing);
          defaults(type, LEADING);
          method(type, SHORT, true, body);
        });
  }

  private static boolean isForwarder(ClassFacts type, String descriptor) {
    return type.methods().stream()
        .filter(method -> method.name().equals("pay") && method.descriptor().equals(descriptor))
        .anyMatch(type::isForwarder);
  }

  @Test
  void overload_isMade_andItsMethodIsNot() {
    for (boolean withCode : new boolean[] {true, false}) {
      ClassFacts type = pay(true, withCode);
      assertThat(isForwarder(type, SHORT)).isTrue();
      assertThat(isForwarder(type, PAY)).isFalse();
      assertThat(isForwarder(type, "()V")).isFalse();
    }
  }

  // As when the last default was removed, or stands in the class above.
  @Test
  void functionWithNothingToLeaveOut_isWritten() {
    for (boolean withCode : new boolean[] {true, false}) {
      ClassFacts type = type(withCode, each -> method(each, SHORT, true, OverloadsTest::nothing));
      assertThat(isForwarder(type, SHORT)).isFalse();
    }
  }

  @Test
  void functionThatDoesNotCallWhatTakesDefaults_isWritten() {
    assertThat(isForwarder(beside(OverloadsTest::leaveOut), SHORT)).isTrue();
    assertThat(isForwarder(beside(OverloadsTest::nothing), SHORT)).isFalse();
  }

  // As OpenTelemetry's, of a function with its @WithSpan, which Kotlin copies too.
  @Test
  void overloadWithBranchesOfAnotherAgent_isMade() {
    Consumer<MethodVisitor> within =
        code -> {
          Label without = new Label();
          code.visitVarInsn(Opcodes.ALOAD, 7);
          code.visitJumpInsn(Opcodes.IFNULL, without);
          code.visitLabel(without);
          code.visitVarInsn(Opcodes.ALOAD, 0);
          code.visitVarInsn(Opcodes.ALOAD, 8);
          code.visitInsn(Opcodes.ICONST_0);
          code.visitInsn(Opcodes.ICONST_2);
          code.visitInsn(Opcodes.ACONST_NULL);
          code.visitMethodInsn(Opcodes.INVOKESTATIC, "shop/Pay", "pay$default", LEADING, false);
        };
    assertThat(isForwarder(beside(within), SHORT)).isTrue();
  }

  @Test
  void overloadThatCallsItsCompanion_isMade() {
    Consumer<MethodVisitor> call =
        code ->
            code.visitMethodInsn(
                Opcodes.INVOKESTATIC, "shop/Pay$Companion", "pay$default", LEADING, false);
    assertThat(isForwarder(type(true, each -> method(each, SHORT, true, call)), SHORT)).isTrue();
  }

  // As JaCoCo's, which counts what was run.
  @Test
  void overloadWithTheProbesOfAnotherAgent_isMade() {
    Consumer<MethodVisitor> probe =
        code -> {
          code.visitVarInsn(Opcodes.ALOAD, 3);
          code.visitInsn(Opcodes.ICONST_2);
          code.visitInsn(Opcodes.ICONST_1);
          code.visitInsn(Opcodes.BASTORE);
        };
    Consumer<MethodVisitor> called = OverloadsTest::leaveOut;
    assertThat(isForwarder(beside(probe.andThen(called).andThen(probe)), SHORT)).isTrue();
  }

  // What it extends is a parameter too, and counts for none in what was left out.
  @Test
  void extensionOf32Parameters_isWritten_andItsOverloadMade() {
    String less = THIRTY_TWO.replace("I)", ")");
    String leading = THIRTY_TWO.replace("(", "(Lshop/Pay;").replace(")", "ILjava/lang/Object;)");
    ClassFacts type =
        type(
            true,
            each -> {
              method(each, THIRTY_TWO, true, OverloadsTest::nothing);
              defaults(each, leading);
              method(
                  each,
                  less,
                  true,
                  code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    for (int i = 2; i < 33; i++) {
                      code.visitVarInsn(Opcodes.ILOAD, i);
                    }
                    code.visitInsn(Opcodes.ICONST_0);
                    code.visitLdcInsn(Integer.MIN_VALUE);
                    code.visitInsn(Opcodes.ACONST_NULL);
                    code.visitMethodInsn(
                        Opcodes.INVOKESTATIC, "shop/Pay", "pay$default", leading, false);
                  });
            });
    assertThat(isForwarder(type, THIRTY_TWO)).isFalse();
    assertThat(isForwarder(type, less)).isTrue();
  }

  @Test
  void overloadsOfALoadedClass_areToldByItsClassFile() {
    ClassFacts loaded = pay(false, true);
    assertThat(loaded.hasDefaults()).isTrue();
    assertThat(isForwarder(loaded, SHORT)).isFalse();

    ClassFacts both = loaded.withOverloadsOf(pay(true, false));
    assertThat(isForwarder(both, SHORT)).isTrue();
    assertThat(isForwarder(both, PAY)).isFalse();
    assertThat(isForwarder(both, "()V")).isFalse();
  }

  // Of a loader that was closed: the gates that the class has say which methods were made.
  @Test
  void overloadsOfALoadedClass_withoutAClassFile_areToldByItsGates() {
    List<Woven.Gate> gates =
        List.of(
            new Woven.Gate("f", "shop.Pay#pay(java.lang.String,int)", null),
            new Woven.Gate("g", "shop.Pay#pay()", null));
    ClassFacts both = pay(false, true).withOverloadsBeside(gates);
    assertThat(isForwarder(both, SHORT)).isTrue();
    assertThat(isForwarder(both, PAY)).isFalse();
    assertThat(isForwarder(both, "()V")).isFalse();
  }

  @Test
  void loadedFunctionWithNothingToLeaveOut_isWritten_whateverItsFileAsksFor() {
    ClassFacts loaded =
        type(
            true,
            each -> {
              method(each, PAY, false, OverloadsTest::nothing);
              defaults(each, LEADING);
              method(each, SHORT, false, OverloadsTest::nothing);
            });
    assertThat(isForwarder(loaded.withOverloadsOf(pay(true, false)), SHORT)).isFalse();
  }
}
