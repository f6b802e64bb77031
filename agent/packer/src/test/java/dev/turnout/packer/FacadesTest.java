package dev.turnout.packer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

class FacadesTest {
  private static final String PART = "kotlin/text/StringsKt__PartKt";
  private static final String WHOLE = "kotlin/text/StringsKt";

  /** A class with static methods, each of which calls another: {@code name>owner.name}. */
  private static byte[] classFile(String name, String extended, String... methods) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, name, null, extended, null);
    writer.visitAnnotation("Lkotlin/Metadata;", true).visitEnd();
    for (String method : methods) {
      String[] words = method.split(">", -1);
      MethodVisitor code =
          writer.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, words[0], "()V", null, null);
      code.visitCode();
      if (words.length > 1) {
        int dot = words[1].indexOf('.');
        code.visitMethodInsn(
            Opcodes.INVOKESTATIC,
            words[1].substring(0, dot),
            words[1].substring(dot + 1),
            "()V",
            false);
      }
      code.visitInsn(Opcodes.RETURN);
      code.visitMaxs(0, 0);
      code.visitEnd();
    }
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static List<String> methods(byte[] classFile) {
    List<String> methods = new ArrayList<>();
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String type, String signature, String[] exceptions) {
                methods.add(name);
                return super.visitMethod(access, name, type, signature, exceptions);
              }
            },
            0);
    return methods;
  }

  @Test
  void function_thatIsCalled_stays_andThatItCalls_whereverItIsInherited() {
    Facades facades = new Facades();
    facades.add(
        PART,
        classFile(
            PART,
            "java/lang/Object",
            "used>" + WHOLE + ".inner",
            "inner",
            "unused>" + WHOLE + ".lost",
            "lost"));
    facades.add(WHOLE, classFile(WHOLE, PART, "own"));
    facades.add("okio/X", classFile("okio/X", "java/lang/Object", "x>" + WHOLE + ".used"));

    Map<String, byte[]> pruned = facades.pruned();

    assertThat(pruned).containsOnlyKeys(PART, WHOLE);
    assertThat(methods(pruned.get(PART))).containsExactly("used", "inner");
    assertThat(methods(pruned.get(WHOLE))).isEmpty();
  }

  @Test
  void function_thatIsHandedOver_stays() {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, "okio/X", null, "java/lang/Object", null);
    MethodVisitor code = writer.visitMethod(Opcodes.ACC_STATIC, "x", "()V", null, null);
    code.visitCode();
    Handle linker = new Handle(Opcodes.H_INVOKESTATIC, "okio/Linker", "link", "()V", false);
    Handle handed = new Handle(Opcodes.H_INVOKESTATIC, WHOLE, "handed", "()V", false);
    code.visitInvokeDynamicInsn("run", "()V", linker, Type.getType("()V"), handed);
    code.visitInsn(Opcodes.RETURN);
    code.visitMaxs(0, 0);
    code.visitEnd();
    writer.visitEnd();
    Facades facades = new Facades();
    facades.add(WHOLE, classFile(WHOLE, "java/lang/Object", "handed", "kept"));
    facades.add("okio/X", writer.toByteArray());

    assertThat(methods(facades.pruned().get(WHOLE))).containsExactly("handed");
  }

  @Test
  void classesThatAreNoFacades_areLeftAlone() {
    assertThat(List.of("kotlin/Unit", "okio/OkioKt", "kotlin/text/StringsKt$x$1", "kotlin/Kt"))
        .noneMatch(Facades::isOne);
    assertThat(List.of("kotlin/text/CharsKt", "kotlin/collections/ArraysKt___ArraysJvmKt"))
        .allMatch(Facades::isOne);
  }
}
