package dev.turnout.packer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;
import org.objectweb.asm.commons.SimpleRemapper;

/**
 * Rewrites references to {@code java.util.logging} to the agent's own small stand-in.
 *
 * <p>The agent starts before the application's {@code main}. Were a library of the agent to touch
 * {@code java.util.logging} then, the JDK's log manager would be chosen too early, and an
 * application that sets its own (as application servers do) would no longer get it.
 *
 * <p>Only references in code and descriptors are rewritten; string constants stay as they are.
 *
 * <p>OkHttp also looks whether the first of the JVM's security providers is one that it knows,
 * which has the JVM load all of them. It does not know the stand-in's.
 */
final class Relocation {
  static final String FROM = "java/util/logging/";
  static final String TO = "dev/turnout/agent/jul/";

  private static final String ASKS_FOR_PROVIDERS = "okhttp3/internal/platform/PlatformRegistry";
  private static final String PROVIDERS_FROM = "java/security/Security";
  private static final String PROVIDERS_TO = "dev/turnout/agent/jca/Security";

  /** Class name to the members ({@code name + descriptor}) of it that rewritten classes use. */
  private final Map<String, Set<String>> used = new TreeMap<>();

  private final Remapper remapper =
      new Remapper(Opcodes.ASM9) {
        @Override
        public String map(String internalName) {
          if (!internalName.startsWith(FROM)) {
            return internalName;
          }
          String target = TO + internalName.substring(FROM.length());
          used.computeIfAbsent(target, name -> new TreeSet<>());
          return target;
        }
      };

  /** The class names of the stand-in that are used, each with the members used. */
  Map<String, Set<String>> used() {
    return used;
  }

  byte[] relocate(byte[] classFile) {
    // A class that does not have the name in its constants stays as its authors made it.
    String text = new String(classFile, StandardCharsets.ISO_8859_1);
    boolean asks = text.contains(ASKS_FOR_PROVIDERS) && text.contains(PROVIDERS_FROM);
    if (!asks && !text.contains(FROM)) {
      return classFile;
    }
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(0);
    if (asks && reader.getClassName().equals(ASKS_FOR_PROVIDERS)) {
      Remapper providers = new SimpleRemapper(Opcodes.ASM9, Map.of(PROVIDERS_FROM, PROVIDERS_TO));
      reader.accept(new ClassRemapper(writer, providers), 0);
      return writer.toByteArray();
    }
    reader.accept(new ClassRemapper(new UseRecorder(writer), remapper), 0);
    return writer.toByteArray();
  }

  /** Sees classes after they were rewritten, and notes which members of the stand-in they use. */
  private final class UseRecorder extends ClassVisitor {
    UseRecorder(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String type, boolean isInterface) {
          record(owner, method + type);
          super.visitMethodInsn(opcode, owner, method, type, isInterface);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String type) {
          record(owner, field + ":" + type);
          super.visitFieldInsn(opcode, owner, field, type);
        }

        @Override
        public void visitInvokeDynamicInsn(
            String method, String type, Handle bootstrap, Object... arguments) {
          for (Object argument : arguments) {
            if (argument instanceof Handle handle) {
              record(handle.getOwner(), handle.getName() + handle.getDesc());
            }
          }
          super.visitInvokeDynamicInsn(method, type, bootstrap, arguments);
        }
      };
    }

    private void record(String owner, String member) {
      if (owner.startsWith(TO)) {
        used.computeIfAbsent(owner, name -> new TreeSet<>()).add(member);
      }
    }
  }
}
