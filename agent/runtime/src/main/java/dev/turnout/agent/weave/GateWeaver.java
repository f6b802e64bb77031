package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  // HotSpot's HugeMethodLimit.
  private static final int MOST_COMPILED = 8_000;
  private static final String NOT_COMPILED =
      "with a gate it has more than 8,000 bytes of code, which the JVM does not compile: move some of"
          + " it to methods of its own, or start the JVM with -XX:-DontCompileHugeMethods";

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
   * @param doubts gated methods that had better not be, and why
   */
  record Result(
      byte @Nullable [] bytes,
      List<Wire> wires,
      List<Wiring.Refusal> refusals,
      List<Wiring.Refusal> doubts) {}

  /**
   * Gates the methods of a class. If one of them cannot be gated the whole class is left as it is,
   * so that a half-gated class never runs; but one that has gates keeps them, and gets those that
   * it can have.
   *
   * @param loaded whether the class was loaded before
   * @param before the gates that it was given then; none if it was not, or is not loaded
   * @throws RuntimeException if the class file cannot be read, or would become too large
   */
  Result weave(byte[] classFile, ClassLoader loader, boolean loaded, List<Woven.Gate> before) {
    ClassReader reader = new ClassReader(classFile);
    ClassFiles files = new ClassFiles(loader);
    ClassFacts type = ClassFacts.read(reader, true);
    if (loaded && type.hasDefaults()) {
      ClassFacts written = files.find(type.name());
      type = written == null ? type.withOverloadsBeside(before) : type.withOverloadsOf(written);
    }
    Wiring wiring = Wiring.of(type, files, rules, before);
    List<Wire> wires = wiring.wires();
    if (type.version() < JAVA_8) {
      return new Result(null, wires, tooOld(wires, type.version()), List.of());
    }
    if (wires.isEmpty() || (before.isEmpty() && !wiring.refusals().isEmpty())) {
      return new Result(null, wires, wiring.refusals(), List.of());
    }
    Result result;
    try {
      result = withinLimit(reader, type, wires);
    } catch (RuntimeException e) {
      result =
          before.isEmpty()
              ? withoutObserved(reader, type, wires, e)
              : withoutTooLarge(reader, type, wires);
    }
    List<Wiring.Refusal> refusals = new ArrayList<>(wiring.refusals());
    refusals.addAll(result.refusals());
    List<Wiring.Refusal> doubts = new ArrayList<>(wiring.doubts());
    doubts.addAll(result.doubts());
    return new Result(result.bytes(), result.wires(), refusals, doubts);
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

  // A method that is larger stays in the interpreter for ever, and its loops with it. Whoever has
  // it flagged wants the gate all the same; one that is only observed is better left alone.
  private static Result withinLimit(ClassReader reader, ClassFacts type, List<Wire> wires) {
    byte[] bytes = write(reader, type, wires);
    List<Wire> kept = new ArrayList<>();
    List<Wiring.Refusal> refusals = new ArrayList<>();
    List<Wiring.Refusal> doubts = new ArrayList<>();
    Set<String> outgrown = bytes.length > MOST_COMPILED ? outgrown(reader, bytes) : Set.of();
    for (Wire wire : wires) {
      String method = wire.method().fullName();
      boolean large = outgrown.contains(wire.method().name() + wire.method().descriptor());
      if (large && wire.mode() == GateLinker.OBSERVE) {
        String why = "has no room to be observed: " + NOT_COMPILED;
        refusals.add(new Wiring.Refusal(wire.flag(), method, why));
        continue;
      }
      kept.add(wire);
      if (large) {
        doubts.add(new Wiring.Refusal(wire.flag(), method, NOT_COMPILED));
      }
    }
    if (refusals.isEmpty()) {
      return new Result(bytes, kept, refusals, doubts);
    }
    return new Result(kept.isEmpty() ? null : write(reader, type, kept), kept, refusals, doubts);
  }

  private static Set<String> outgrown(ClassReader before, byte[] bytes) {
    Map<String, Integer> sizes = CodeSizes.of(before);
    Set<String> outgrown = new HashSet<>();
    for (Map.Entry<String, Integer> after : CodeSizes.of(new ClassReader(bytes)).entrySet()) {
      String method = after.getKey();
      if (after.getValue() > MOST_COMPILED && sizes.getOrDefault(method, 0) <= MOST_COMPILED) {
        outgrown.add(method);
      }
    }
    return outgrown;
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
    if (routed.isEmpty()) {
      return new Result(null, routed, refusals, List.of());
    }
    Result result = withinLimit(reader, type, routed);
    return new Result(result.bytes(), routed, refusals, result.doubts());
  }

  // One that has its gate already is not to lose it for another that has no room.
  private static Result withoutTooLarge(ClassReader reader, ClassFacts type, List<Wire> wires) {
    List<Wire> fitting = new ArrayList<>();
    List<Wiring.Refusal> refusals = new ArrayList<>();
    for (Wire wire : wires) {
      try {
        byte[] unused = write(reader, type, List.of(wire));
        fitting.add(wire);
      } catch (RuntimeException e) {
        String why = "has no room for a gate: " + e.getMessage();
        refusals.add(new Wiring.Refusal(wire.flag(), wire.method().fullName(), why));
      }
    }
    if (fitting.isEmpty()) {
      return new Result(null, fitting, refusals, List.of());
    }
    Result result = withinLimit(reader, type, fitting);
    refusals.addAll(result.refusals());
    return new Result(result.bytes(), result.wires(), refusals, result.doubts());
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

  /**
   * Hands the methods to {@link GateCode} that are to be gated and are not yet, and leaves the
   * others alone.
   */
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
      // A gate within a gate would decide and count each call twice.
      if (wire == null || !wire.method().saved().isEmpty()) {
        return method;
      }
      return new GateCode(method, type, wire);
    }
  }
}
