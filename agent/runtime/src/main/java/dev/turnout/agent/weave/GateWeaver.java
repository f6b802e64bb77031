package dev.turnout.agent.weave;

import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.TypeResolutionStrategy;
import net.bytebuddy.dynamic.VisibilityBridgeStrategy;
import net.bytebuddy.dynamic.scaffold.InstrumentedType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a class with flagged methods. Fields, methods, names and attributes stay as they are:
 * only bodies get a prologue and an epilogue, so that the JVM and other agents can transform the
 * class again at any time.
 */
final class GateWeaver {
  private static final int JAVA_8 = 52;

  private final ByteBuddy byteBuddy =
      new ByteBuddy()
          .with(TypeValidation.DISABLED)
          .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE)
          .with(VisibilityBridgeStrategy.Default.NEVER)
          .with(InstrumentedType.Factory.Default.FROZEN)
          .with(Implementation.Context.Disabled.Factory.INSTANCE)
          .ignore(ElementMatchers.none());
  private final ClassFileLocator ownLocator =
      ClassFileLocator.ForClassLoader.of(GateWeaver.class.getClassLoader());

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
   */
  Result weave(String className, byte[] classFile, @Nullable ClassLoader loader) {
    ClassFileLocator locator =
        new ClassFileLocator.Compound(
            ClassFileLocator.Simple.of(className, classFile),
            ClassFileLocator.ForClassLoader.of(loader),
            // An application may do without the annotations at run time: the agent has its own.
            ownLocator);
    TypePool pool = TypePool.Default.of(locator);
    TypeDescription type = pool.describe(className).resolve();
    Wiring wiring = Wiring.of(type, rules);
    List<Wire> wires = wiring.wires();
    int version = (classFile[6] & 0xff) << 8 | classFile[7] & 0xff;
    if (version < JAVA_8) {
      return new Result(null, wires, tooOld(wires, version));
    }
    if (wires.isEmpty() || !wiring.refusals().isEmpty()) {
      return new Result(null, wires, wiring.refusals());
    }
    AsmVisitorWrapper.ForDeclaredMethods gates = new AsmVisitorWrapper.ForDeclaredMethods();
    for (Wire wire : wires) {
      gates = gates.method(ElementMatchers.is(wire.method()), advice(wire));
    }
    byte[] gated =
        byteBuddy
            .decorate(type, locator)
            .visit(gates)
            .make(TypeResolutionStrategy.Disabled.INSTANCE, pool)
            .getBytes();
    return new Result(gated, wires, List.of());
  }

  private static List<Wiring.Refusal> tooOld(List<Wire> wires, int version) {
    return wires.stream()
        .map(
            wire ->
                new Wiring.Refusal(
                    wire.flag(),
                    wire.methodName(),
                    "the class file is older than Java 8: " + version))
        .toList();
  }

  private Advice advice(Wire wire) {
    var mapped = Advice.withCustomMapping().bind(ChosenPath.class, GateMappings.chosenPath(wire));
    MethodDescription fallback = wire.fallback();
    if (fallback == null) {
      return mapped.to(ObserveAdvice.class, ownLocator);
    }
    return mapped
        .bind(FallbackCall.class, GateMappings.fallbackCall(wire, fallback))
        .to(GateEntry.class, exit(wire), ownLocator);
  }

  private static Class<?> exit(Wire wire) {
    if (Wiring.completesLater(wire.method())) {
      return wire.recovers() ? RecoveringAsyncGateExit.class : AsyncGateExit.class;
    }
    return wire.recovers() ? RecoveringGateExit.class : GateExit.class;
  }
}
