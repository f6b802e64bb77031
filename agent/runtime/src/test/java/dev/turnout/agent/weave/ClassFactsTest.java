package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;

class ClassFactsTest {
  private static final String PAY = "(I)Ljava/lang/String;";

  // As Kotlin makes it of fun pay(user: String, times: Int = 1) with @JvmOverloads, whose other
  // overload was written by hand. The JVM shows changed classes without annotations like that one.
  private static ClassFacts pay(boolean asWritten) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "shop/Pay", null, "java/lang/Object", null);
    type.visitMethod(Opcodes.ACC_PUBLIC, "pay", "(Ljava/lang/String;I)V", null, null).visitEnd();
    type.visitMethod(
            Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC,
            "pay$default",
            "(Lshop/Pay;Ljava/lang/String;IILjava/lang/Object;)V",
            null,
            null)
        .visitEnd();
    MethodVisitor overload =
        type.visitMethod(Opcodes.ACC_PUBLIC, "pay", "(Ljava/lang/String;)V", null, null);
    if (asWritten) {
      overload.visitAnnotation("Lkotlin/jvm/JvmOverloads;", false).visitEnd();
    }
    overload.visitEnd();
    type.visitMethod(Opcodes.ACC_PUBLIC, "pay", "()V", null, null).visitEnd();
    type.visitEnd();
    return ClassFacts.read(new ClassReader(type.toByteArray()), true);
  }

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

  @Test
  void overloadsOfALoadedClass_areToldByItsClassFile() {
    ClassFacts written = pay(true);
    ClassFacts loaded = pay(false);
    assertThat(loaded.hasDefaults()).isTrue();
    assertThat(isForwarder(written, "(Ljava/lang/String;)V")).isTrue();
    assertThat(isForwarder(loaded, "(Ljava/lang/String;)V")).isFalse();

    ClassFacts both = loaded.withOverloadsOf(written);
    assertThat(isForwarder(both, "(Ljava/lang/String;)V")).isTrue();
    assertThat(isForwarder(both, "(Ljava/lang/String;I)V")).isFalse();
    assertThat(isForwarder(both, "()V")).isFalse();
  }
}
