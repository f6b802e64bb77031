package dev.turnout.agent.weave;

import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/** The class file of a class with a flagged method and its fallback, to be gated for practice. */
final class RehearsedClass {
  private static final String METHOD = "call";
  private static final String DESCRIPTOR = "(Ljava/lang/String;)Ljava/lang/String;";

  private RehearsedClass() {}

  static byte[] file() {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(
        Opcodes.V1_8,
        Opcodes.ACC_PUBLIC,
        "dev/turnout/agent/weave/Rehearsed",
        null,
        "java/lang/Object",
        null);
    MethodVisitor flagged = type.visitMethod(Opcodes.ACC_PUBLIC, METHOD, DESCRIPTOR, null, null);
    AnnotationVisitor flag = flagged.visitAnnotation("Ldev/turnout/Flagged;", false);
    flag.visit("value", METHOD);
    flag.visitEnd();
    flagged.visitParameterAnnotation(0, "Ldev/turnout/FlagKey;", false).visitEnd();
    writeBody(flagged);
    writeBody(type.visitMethod(Opcodes.ACC_PUBLIC, METHOD + "Fallback", DESCRIPTOR, null, null));
    type.visitEnd();
    return type.toByteArray();
  }

  private static void writeBody(MethodVisitor method) {
    method.visitCode();
    method.visitVarInsn(Opcodes.ALOAD, 1);
    method.visitInsn(Opcodes.ARETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }
}
