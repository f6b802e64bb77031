package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Links a call site as those of gates, so that the JVM has brought up all that it needs for one. It
 * does so at the first; and where an application makes that at the very end of its stack, what
 * fails to initialise there fails for the rest of the JVM's life, and every gate with it.
 */
final class FirstLink extends ClassLoader {
  private static final String NAME = "dev/turnout/agent/weave/LinkedForPractice";

  private FirstLink() {
    super(FirstLink.class.getClassLoader());
  }

  /** Links one call site; returns why none can be linked, null if they can. */
  static @Nullable String obstacle() {
    try {
      make();
      return null;
    } catch (ClassNotFoundException | LinkageError e) {
      return "no gate can be linked in this JVM, as in one that another version of the agent was"
          + " attached to before; restart it to have gates: "
          + e;
    }
  }

  /** Links one call site, of a class that is made for it and forgotten. */
  private static void make() throws ClassNotFoundException {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, NAME, null, "java/lang/Object", null);
    // In its initialiser: to have it called by reflection would take the JVM as long again.
    MethodVisitor link = type.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    link.visitCode();
    GateCode.link(link, "", "", "", "", GateLinker.PASS, "", "", "");
    link.visitInsn(Opcodes.POP);
    link.visitInsn(Opcodes.RETURN);
    link.visitMaxs(0, 0);
    link.visitEnd();
    type.visitEnd();
    byte[] bytes = type.toByteArray();
    FirstLink loader = new FirstLink();
    Class<?> made = loader.defineClass(NAME.replace('/', '.'), bytes, 0, bytes.length);
    Class.forName(made.getName(), true, loader);
  }
}
