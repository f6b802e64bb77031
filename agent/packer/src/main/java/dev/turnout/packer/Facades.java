package dev.turnout.packer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Takes the functions that nobody calls out of Kotlin's facades: classes that hold all functions of
 * a package, thousands of them, of which a library uses a few. A JVM reads, checks and keeps each
 * of those classes as a whole, together with those that it extends, at the first call of any
 * function.
 *
 * <p>Only static methods of classes that are named as facades are taken out, and only if no method
 * calls them that is there itself or in any other class. Nothing calls them by reflection.
 */
final class Facades {
  private static final Pattern NAME = Pattern.compile("kotlin/(.+/)?[^/$]+Kt(__[^/$]+)?");

  // For compilers and for Kotlin's reflection, which is not on board.
  private static final String METADATA = "Lkotlin/Metadata;";

  /** Class name to class file. */
  private final Map<String, byte[]> facades = new HashMap<>();

  private final Map<String, Facade> read = new HashMap<>();
  private final Set<Call> reached = new HashSet<>();
  private final Deque<Call> news = new ArrayDeque<>();

  /** A method as its callers name it: by the class or one that extends it. */
  private record Call(String owner, String method) {}

  /** What one class says: whom it extends, and whom each of its methods calls. */
  private record Facade(@Nullable String extended, Map<String, Set<Call>> methods) {}

  static boolean isOne(String className) {
    return NAME.matcher(className).matches();
  }

  /** Adds a class of the jar, facade or not. */
  void add(String className, byte[] classFile) {
    Facade facade = read(classFile);
    if (isOne(className)) {
      facades.put(className, classFile);
      read.put(className, facade);
    } else {
      facade.methods().values().forEach(this::reach);
    }
  }

  /** Returns the facades with what is called of them, once all classes were added. */
  Map<String, byte[]> pruned() {
    for (Map.Entry<String, Facade> facade : read.entrySet()) {
      facade
          .getValue()
          .methods()
          .keySet()
          .forEach(
              method -> {
                if (method.startsWith("<")) {
                  reach(Set.of(new Call(facade.getKey(), method)));
                }
              });
    }
    while (!news.isEmpty()) {
      Call call = news.remove();
      Facade facade = read.get(call.owner());
      Set<Call> further = facade == null ? null : facade.methods().get(call.method());
      if (further != null) {
        reach(further);
      } else if (facade != null && facade.extended() != null) {
        reach(Set.of(new Call(facade.extended(), call.method())));
      }
    }
    Map<String, byte[]> pruned = new HashMap<>();
    facades.forEach((name, classFile) -> pruned.put(name, prune(name, classFile)));
    return pruned;
  }

  private void reach(Set<Call> calls) {
    for (Call call : calls) {
      if (isOne(call.owner()) && reached.add(call)) {
        news.add(call);
      }
    }
  }

  private byte[] prune(String name, byte[] classFile) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
                return type.equals(METADATA) ? null : super.visitAnnotation(type, visible);
              }

              @Override
              public @Nullable MethodVisitor visitMethod(
                  int access, String method, String type, String signature, String[] exceptions) {
                boolean kept =
                    (access & Opcodes.ACC_STATIC) == 0
                        || reached.contains(new Call(name, method + type));
                return kept ? super.visitMethod(access, method, type, signature, exceptions) : null;
              }
            },
            0);
    return writer.toByteArray();
  }

  private static Facade read(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    Map<String, Set<Call>> methods = new HashMap<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            Set<Call> calls = new HashSet<>();
            methods.put(name + type, calls);
            return new CallReader(calls);
          }
        },
        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return new Facade(reader.getSuperName(), methods);
  }

  /** Notes whom a method calls, or hands to others to be called. */
  private static final class CallReader extends MethodVisitor {
    private final Set<Call> calls;

    CallReader(Set<Call> calls) {
      super(Opcodes.ASM9);
      this.calls = calls;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String method, String type, boolean isInterface) {
      calls.add(new Call(owner, method + type));
    }

    @Override
    public void visitInvokeDynamicInsn(
        String method, String type, Handle bootstrap, Object... arguments) {
      constant(bootstrap);
      for (Object argument : arguments) {
        constant(argument);
      }
    }

    @Override
    public void visitLdcInsn(Object value) {
      constant(value);
    }

    private void constant(Object value) {
      if (value instanceof Handle handle) {
        calls.add(new Call(handle.getOwner(), handle.getName() + handle.getDesc()));
      } else if (value instanceof ConstantDynamic dynamic) {
        constant(dynamic.getBootstrapMethod());
        for (int i = 0; i < dynamic.getBootstrapMethodArgumentCount(); i++) {
          constant(dynamic.getBootstrapMethodArgument(i));
        }
      }
    }
  }
}
