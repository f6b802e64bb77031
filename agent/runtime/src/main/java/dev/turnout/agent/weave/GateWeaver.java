package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.LimitExceededException;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a class with flagged methods. Fields, methods, names and attributes stay as they are:
 * only bodies get a prologue and an epilogue, so that the JVM and other agents can transform the
 * class again at any time.
 *
 * <p>Uses Byte Buddy's bytecode library and not Byte Buddy itself, whose first use costs an
 * application's start several times as much. Safe for use by several threads.
 */
final class GateWeaver {
  static final int JAVA_8 = 52;

  private final GateRules rules;

  GateWeaver(GateRules rules) {
    this.rules = rules;
  }

  /**
   * What became of a class.
   *
   * @param bytes the new class file; null if nothing was gated
   * @param wires the methods that are gated, if there are bytes
   * @param refusals the methods that cannot be gated
   */
  record Result(byte @Nullable [] bytes, List<Wire> wires, List<Wiring.Refusal> refusals) {}

  /**
   * Gates the methods of a class. If one of them cannot be gated the whole class is left as it is,
   * so that a half-gated class never runs.
   *
   * @param loaded whether the class was loaded before
   * @throws RuntimeException if the class file cannot be read, or would become too large
   */
  Result weave(byte[] classFile, ClassLoader loader, boolean loaded) {
    ClassReader reader = new ClassReader(classFile);
    ClassFiles files = new ClassFiles(loader);
    ClassFacts type = ClassFacts.read(reader, true);
    ClassFacts written = loaded && type.hasDefaults() ? files.find(type.name()) : null;
    if (written != null) {
      type = type.withOverloadsOf(written);
    }
    Wiring wiring = Wiring.of(type, files, rules);
    List<Wire> wires = wiring.wires();
    if (type.version() < JAVA_8) {
      return new Result(null, wires, tooOld(wires, type.version()));
    }
    if (wires.isEmpty() || !wiring.refusals().isEmpty()) {
      return new Result(null, wires, wiring.refusals());
    }
    try {
      return new Result(write(reader, type, wires), wires, List.of());
    } catch (RuntimeException e) {
      return withoutObserved(reader, type, wires, e);
    }
  }

  private static byte[] write(ClassReader reader, ClassFacts type, List<Wire> wires) {
    // Made from the reader, so that the constant pool and every other method stay byte for byte.
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new Gates(writer, type, wires), ClassReader.EXPAND_FRAMES);
    try {
      return writer.toByteArray();
    } catch (LimitExceededException e) {
      // Where a jump is too far for its instruction, the library computes anew what each variable
      // holds at each label; beyond a bound that would take seconds, and the memory of it.
      throw new IllegalStateException(
          "a method of more than 32 KB of code has too many variables, or too much on its stack, for a gate: move some of it"
              + " to methods of its own",
          e);
    }
  }

  // A method may have no room for a gate. One that is only observed costs no other its own.
  private static Result withoutObserved(
      ClassReader reader, ClassFacts type, List<Wire> wires, RuntimeException problem) {
    List<Wire> routed = new ArrayList<>();
    List<Wiring.Refusal> refusals = new ArrayList<>();
    for (Wire wire : wires) {
      if (wire.mode() == GateLinker.OBSERVE) {
        String method = wire.method().fullName();
        String why = "a method of the class has no room to be observed: " + problem.getMessage();
        refusals.add(new Wiring.Refusal(wire.flag(), method, why));
      } else {
        routed.add(wire);
      }
    }
    if (refusals.isEmpty()) {
      throw problem;
    }
    byte[] bytes = routed.isEmpty() ? null : write(reader, type, routed);
    return new Result(bytes, routed, refusals);
  }

  private static List<Wiring.Refusal> tooOld(List<Wire> wires, int version) {
    List<Wiring.Refusal> refusals = new ArrayList<>();
    for (Wire wire : wires) {
      refusals.add(
          new Wiring.Refusal(
              wire.flag(),
              wire.method().fullName(),
              "the class file is older than Java 8: " + version));
    }
    return refusals;
  }

  /** Hands the gated methods to {@link GateCode} and leaves the others alone. */
  private static final class Gates extends ClassVisitor {
    private final ClassFacts type;
    private final Map<String, Wire> wires = new HashMap<>();

    Gates(ClassWriter writer, ClassFacts type, List<Wire> wires) {
      super(Opcodes.ASM9, writer);
      this.type = type;
      for (Wire wire : wires) {
        this.wires.put(wire.method().name() + wire.method().descriptor(), wire);
      }
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor method = super.visitMethod(access, name, descriptor, signature, exceptions);
      Wire wire = wires.get(name + descriptor);
      return wire == null ? method : new GateCode(method, type, wire);
    }
  }
}
