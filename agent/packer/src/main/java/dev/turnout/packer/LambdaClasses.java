package dev.turnout.packer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes classes of lambdas, as compilers did before the JVM could link them: to link one costs a
 * JVM a hundred times as much as to load a class, at the start of an application that is not ours,
 * and may happen on its threads. What records have for {@code equals} and {@code hashCode} is
 * written out for the same reason.
 *
 * <p>The new classes join the nests of those they come from, and so may call what is private there;
 * class files before Java 11 know no nests and stay as they are. So do lambdas that are
 * serializable or have marker interfaces.
 */
final class LambdaClasses {
  private static final int JAVA_11 = 55;
  private static final int VERSION = 6;
  private static final String FACTORY = "java/lang/invoke/LambdaMetafactory";

  /** By internal name. */
  private final SortedMap<String, byte[]> made = new TreeMap<>();

  /** New members by the internal name of their nest's host. */
  private final Map<String, List<String>> members = new LinkedHashMap<>();

  /**
   * Rewrites classes.
   *
   * @param classes class files by internal name
   * @return those that changed and those that are new
   */
  static SortedMap<String, byte[]> unfold(Map<String, byte[]> classes) {
    LambdaClasses all = new LambdaClasses();
    SortedMap<String, byte[]> changed = new TreeMap<>();
    classes.forEach(
        (name, bytes) -> {
          if (bytes[VERSION] == 0 && bytes[VERSION + 1] >= JAVA_11) {
            byte[] rewritten = all.rewrite(bytes);
            if (rewritten.length > 0) {
              changed.put(name, rewritten);
            }
          }
        });
    all.members.forEach(
        (host, added) -> {
          byte[] before = changed.getOrDefault(host, classes.get(host));
          changed.put(host, admit(Objects.requireNonNull(before, host), added));
        });
    changed.putAll(all.made);
    return changed;
  }

  // Nothing to do gives nothing, so that all other classes stay byte for byte.
  private byte[] rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(0);
    Rewriter rewriter = new Rewriter(writer, reader);
    reader.accept(rewriter, 0);
    return rewriter.changed ? writer.toByteArray() : new byte[0];
  }

  private static byte[] admit(byte[] host, List<String> added) {
    ClassReader reader = new ClassReader(host);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public void visitEnd() {
            added.forEach(this::visitNestMember);
            super.visitEnd();
          }
        },
        0);
    return writer.toByteArray();
  }

  private final class Rewriter extends ClassVisitor {
    private final String name;
    private final int version;
    private String host;
    private int lambdas;
    private boolean changed;

    Rewriter(ClassVisitor out, ClassReader reader) {
      super(Opcodes.ASM9, out);
      name = reader.getClassName();
      version = reader.readUnsignedShort(VERSION);
      host = name;
    }

    @Override
    public void visitNestHost(String nestHost) {
      host = nestHost;
      super.visitNestHost(nestHost);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String method, String descriptor, String signature, String[] exceptions) {
      MethodVisitor out = super.visitMethod(access, method, descriptor, signature, exceptions);
      return new MethodVisitor(Opcodes.ASM9, out) {
        private boolean written;

        @Override
        public void visitInvokeDynamicInsn(
            String call, String type, Handle bootstrap, Object... arguments) {
          if (bootstrap.getOwner().equals(FACTORY) && bootstrap.getName().equals("metafactory")) {
            replace(mv, call, Type.getMethodType(type), arguments);
          } else if (RecordMethods.concern(bootstrap, method)) {
            RecordMethods.write(mv, method, arguments);
            written = true;
            changed = true;
          } else {
            super.visitInvokeDynamicInsn(call, type, bootstrap, arguments);
          }
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
          super.visitMaxs(written ? maxStack + RecordMethods.STACK : maxStack, maxLocals);
        }
      };
    }

    private void replace(MethodVisitor out, String call, Type type, Object[] arguments) {
      changed = true;
      String made = name + "$$L" + lambdas++;
      new LambdaClass(made, host, version, call, type, arguments).write();
      if (type.getArgumentCount() == 0) {
        out.visitFieldInsn(
            Opcodes.GETSTATIC, made, "INSTANCE", type.getReturnType().getDescriptor());
      } else {
        out.visitMethodInsn(Opcodes.INVOKESTATIC, made, "of", type.getDescriptor(), false);
      }
    }
  }

  /** One lambda as a class. */
  private final class LambdaClass {
    private final String name;
    private final String host;
    private final int version;
    private final String call;
    private final Type[] captured;
    private final Type functional;
    private final Type erased;
    private final Handle target;
    private final Type given;
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);

    LambdaClass(String name, String host, int version, String call, Type type, Object[] arguments) {
      this.name = name;
      this.host = host;
      this.version = version;
      this.call = call;
      captured = type.getArgumentTypes();
      functional = type.getReturnType();
      erased = (Type) arguments[0];
      target = (Handle) arguments[1];
      given = (Type) arguments[2];
    }

    void write() {
      writer.visit(
          version,
          Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC,
          name,
          null,
          "java/lang/Object",
          new String[] {functional.getInternalName()});
      writer.visitNestHost(host);
      members.computeIfAbsent(host, first -> new ArrayList<>()).add(name);
      for (int i = 0; i < captured.length; i++) {
        writer.visitField(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL,
            "c" + i,
            captured[i].getDescriptor(),
            null,
            null);
      }
      writeConstructor();
      if (captured.length == 0) {
        writeInstance();
      } else {
        writeFactory();
      }
      writeCall();
      writer.visitEnd();
      made.put(name, writer.toByteArray());
    }

    private String constructor() {
      return Type.getMethodDescriptor(Type.VOID_TYPE, captured);
    }

    private void writeConstructor() {
      MethodVisitor code =
          writer.visitMethod(Opcodes.ACC_PRIVATE, "<init>", constructor(), null, null);
      code.visitCode();
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
      int slot = 1;
      for (int i = 0; i < captured.length; i++) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(captured[i].getOpcode(Opcodes.ILOAD), slot);
        code.visitFieldInsn(Opcodes.PUTFIELD, name, "c" + i, captured[i].getDescriptor());
        slot += captured[i].getSize();
      }
      end(code, Opcodes.RETURN);
    }

    private void writeInstance() {
      String type = functional.getDescriptor();
      writer.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, "INSTANCE", type, null, null);
      MethodVisitor code = writer.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
      code.visitCode();
      create(code);
      code.visitFieldInsn(Opcodes.PUTSTATIC, name, "INSTANCE", type);
      end(code, Opcodes.RETURN);
    }

    private void writeFactory() {
      MethodVisitor code =
          writer.visitMethod(
              Opcodes.ACC_STATIC, "of", Type.getMethodDescriptor(functional, captured), null, null);
      code.visitCode();
      create(code);
      end(code, Opcodes.ARETURN);
    }

    private void create(MethodVisitor code) {
      code.visitTypeInsn(Opcodes.NEW, name);
      code.visitInsn(Opcodes.DUP);
      int slot = 0;
      for (Type type : captured) {
        code.visitVarInsn(type.getOpcode(Opcodes.ILOAD), slot);
        slot += type.getSize();
      }
      code.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", constructor(), false);
    }

    private void writeCall() {
      MethodVisitor code =
          writer.visitMethod(Opcodes.ACC_PUBLIC, call, erased.getDescriptor(), null, null);
      code.visitCode();
      boolean creates = target.getTag() == Opcodes.H_NEWINVOKESPECIAL;
      if (creates) {
        code.visitTypeInsn(Opcodes.NEW, target.getOwner());
        code.visitInsn(Opcodes.DUP);
      }
      List<Type> wanted = wanted();
      for (int i = 0; i < captured.length; i++) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, name, "c" + i, captured[i].getDescriptor());
      }
      int slot = 1;
      for (int i = 0; i < erased.getArgumentCount(); i++) {
        Type argument = erased.getArgumentTypes()[i];
        code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
        slot += argument.getSize();
        Conversion.cast(code, argument, given.getArgumentTypes()[i]);
        Conversion.convert(code, given.getArgumentTypes()[i], wanted.get(captured.length + i));
      }
      code.visitMethodInsn(
          opcode(), target.getOwner(), target.getName(), target.getDesc(), target.isInterface());
      Type returned =
          creates ? Type.getObjectType(target.getOwner()) : Type.getReturnType(target.getDesc());
      if (erased.getReturnType().getSort() == Type.VOID) {
        if (returned.getSort() != Type.VOID) {
          code.visitInsn(returned.getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
        }
      } else {
        Conversion.convert(code, returned, given.getReturnType());
        Conversion.cast(code, given.getReturnType(), erased.getReturnType());
      }
      end(code, erased.getReturnType().getOpcode(Opcodes.IRETURN));
    }

    // What the target takes, its object first.
    private List<Type> wanted() {
      List<Type> wanted = new ArrayList<>();
      if (target.getTag() != Opcodes.H_INVOKESTATIC
          && target.getTag() != Opcodes.H_NEWINVOKESPECIAL) {
        wanted.add(Type.getObjectType(target.getOwner()));
      }
      wanted.addAll(List.of(Type.getArgumentTypes(target.getDesc())));
      return wanted;
    }

    // A private method of a nest mate is called as any other.
    private int opcode() {
      return switch (target.getTag()) {
        case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
        case Opcodes.H_NEWINVOKESPECIAL -> Opcodes.INVOKESPECIAL;
        default -> target.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
      };
    }

    private void end(MethodVisitor code, int opcode) {
      code.visitInsn(opcode);
      code.visitMaxs(0, 0);
      code.visitEnd();
    }
  }
}
