package dev.turnout.packer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

class RelocationTest {
  private static String relocated(String className) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, className, null, "java/lang/Object", null);
    MethodVisitor code = writer.visitMethod(Opcodes.ACC_STATIC, "x", "()V", null, null);
    code.visitCode();
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "java/security/Security",
        "getProviders",
        "()[Ljava/security/Provider;",
        false);
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.RETURN);
    code.visitMaxs(1, 0);
    code.visitEnd();
    writer.visitEnd();
    return new String(new Relocation().relocate(writer.toByteArray()), ISO_8859_1);
  }

  @Test
  void okHttpsQuestionForProviders_isTheStandInsToAnswer() {
    assertThat(relocated("okhttp3/internal/platform/PlatformRegistry"))
        .contains("dev/turnout/agent/jca/Security")
        .doesNotContain("java/security/Security");
  }

  @Test
  void providersOfOthers_areTheJvms() {
    assertThat(relocated("okhttp3/Other")).contains("java/security/Security");
  }
}
