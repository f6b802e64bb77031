package dev.turnout.packer;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Leaves out of class files what only debuggers and compilers read: names of local variables,
 * annotations that are not kept for the running program, and Kotlin's description of its own
 * declarations. A JVM reads, checks and keeps all of that for every class that it loads. Line
 * numbers stay: stack traces are read by people.
 */
final class SlimClasses {
  // Read by Kotlin's reflection library and by debuggers, neither of which the agent has.
  private static final Set<String> FOR_KOTLIN =
      Set.of("Lkotlin/Metadata;", "Lkotlin/coroutines/jvm/internal/DebugMetadata;");

  private SlimClasses() {}

  static byte[] slim(byte[] classFile) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(classFile).accept(new Slim(writer), 0);
    return writer.toByteArray();
  }

  private static boolean isRead(String annotation, boolean visible) {
    return visible && !FOR_KOTLIN.contains(annotation);
  }

  private static final class Slim extends ClassVisitor {
    Slim(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitSource(String source, String debug) {
      super.visitSource(source, null);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      return isRead(descriptor, visible) ? super.visitAnnotation(descriptor, visible) : null;
    }

    @Override
    public FieldVisitor visitField(
        int access, String name, String descriptor, String signature, Object value) {
      return new FieldVisitor(
          Opcodes.ASM9, super.visitField(access, name, descriptor, signature, value)) {
        @Override
        public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
          return isRead(type, visible) ? super.visitAnnotation(type, visible) : null;
        }
      };
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        @Override
        public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
          return isRead(type, visible) ? super.visitAnnotation(type, visible) : null;
        }

        @Override
        public @Nullable AnnotationVisitor visitParameterAnnotation(
            int parameter, String type, boolean visible) {
          return isRead(type, visible)
              ? super.visitParameterAnnotation(parameter, type, visible)
              : null;
        }

        @Override
        public void visitLocalVariable(
            String variable, String type, String generic, Label start, Label end, int index) {
          // The name of a local variable is for debuggers.
        }
      };
    }
  }
}
