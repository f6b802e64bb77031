package dev.turnout.agent.weave;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.agent.FaultPoint;
import dev.turnout.bootstrap.GateLinker;
import dev.turnout.bootstrap.GateSite;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees every class that is loaded and lets go of all but those with a flagged method, or that a
 * gates file names.
 *
 * <p>Runs on the application's threads, under its locks: no I/O of its own, no waiting, no logging,
 * and the bytecode library is loaded for the first flagged class only. Whatever fails leaves the
 * class as it was.
 */
public final class GateTransformer implements ClassFileTransformer {
  private static final byte[] FLAGGED = "Ldev/turnout/Flagged;".getBytes(US_ASCII);

  private static final String REDEFINED =
      "its class was given a body without this gate; if the JVM took it, calls run as that is written";

  private static final String UNFIT =
      "its class was given a body that this gate does not fit; if the JVM took it, calls run as that"
          + " is written: ";

  private final Instrumentation instrumentation;
  private final GateRules rules;
  private final Findings findings;
  private final Woven woven = new Woven();
  private final Swaps swaps = new Swaps();
  private volatile @Nullable GateWeaver weaver;
  private volatile boolean linked;
  private volatile @Nullable String unlinkable;

  // Whether there was no room for a class of the application since it was last asked.
  private volatile boolean missed;

  /** Gets told what was found in the class of a loader; must return at once and never throw. */
  public interface Findings {
    /** A flagged method was gated, or was not for the problem given. */
    void found(ClassLoader loader, String flag, String method, @Nullable String problem);

    /** A method was gated to be measured under a name, and not to be routed. */
    default void observed(ClassLoader loader, String name, String method) {
      found(loader, name, method, null);
    }

    /** A flagged method that was gated may run without its gate, for the reason given. */
    default void doubtful(ClassLoader loader, String flag, String method, String problem) {
      found(loader, flag, method, problem);
    }

    /** What is told of a class from now on is all there is of it, once it is settled. */
    default void unsettled(ClassLoader loader, String className) {}

    /** A class has what was told of it since it was unsettled, and no other gate. */
    default void settled(ClassLoader loader, String className) {}

    /**
     * A class of the application is about to be loaded, flagged or not.
     *
     * @param internalName its name, slashes between
     */
    default void coming(String internalName, ClassLoader loader) {}
  }

  public GateTransformer(Instrumentation instrumentation, GateRules rules, Findings findings) {
    this.instrumentation = instrumentation;
    this.rules = rules;
    this.findings = findings;
  }

  @Override
  public byte @Nullable [] transform(
      Module module,
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> classBeingRedefined,
      @Nullable ProtectionDomain protectionDomain,
      byte[] classFile) {
    if (className == null || loader == null) {
      return null;
    }
    boolean looked = false;
    try {
      byte[] gated =
          Loaders.isOfApplication(loader)
              ? look(module, loader, className, classBeingRedefined, classFile)
              : null;
      looked = true;
      return gated;
    } finally {
      // No call and no object: the stack or the memory may have no room for any.
      if (!looked) {
        missed = true;
      }
    }
  }

  private byte @Nullable [] look(
      Module module,
      ClassLoader loader,
      String className,
      @Nullable Class<?> classBeingRedefined,
      byte[] classFile) {
    findings.coming(className, loader);
    String name = className.replace('/', '.');
    if (classBeingRedefined != null && !swaps.isAnswer()) {
      swaps.shown(classBeingRedefined, System.nanoTime());
    }
    if (!isWanted(className, classFile)) {
      if (classBeingRedefined != null) {
        settle(loader, name);
        changed(classBeingRedefined, loader, name, List.of(), List.of());
      }
      return null;
    }
    try {
      FaultPoint.reach("transform");
      return gate(module, loader, name, classFile, classBeingRedefined);
    } catch (Throwable e) {
      if (classBeingRedefined != null) {
        lookAgain(classBeingRedefined, e);
      } else if (e instanceof VirtualMachineError) {
        missed = true;
      }
      findings.found(loader, "", name, "the class could not be rewritten: " + e);
      return null;
    }
  }

  /** Whether there was no room to look at a class that was loaded, or to gate it. */
  boolean hasMissed() {
    return missed;
  }

  /** Notes whether there was no room for a class. */
  void missed(boolean any) {
    missed = any;
  }

  /** Whether a class file gives a class gates, which it has not. */
  boolean lacksGates(ClassLoader loader, byte[] classFile) {
    return !weaver().weave(classFile, loader, true, List.of()).wires().isEmpty();
  }

  // The JVM takes the body without gates, also where it is the one that the class has. That there
  // was no room for them need not be so a moment later.
  private void lookAgain(Class<?> type, Throwable failure) {
    if (!swaps.isAnswer()) {
      swaps.add(type, System.nanoTime());
    } else if (failure instanceof VirtualMachineError) {
      swaps.failed(type, System.nanoTime());
    }
  }

  /**
   * Whether a class may have a gate.
   *
   * @param internalName the class's name, slashes between
   */
  boolean isWanted(String internalName, byte[] classFile) {
    // Both are asked: the rules take note of which classes came.
    boolean named = rules != GateRules.NONE && rules.concern(internalName.replace('/', '.'));
    return named || ConstantPoolScan.contains(classFile, FLAGGED);
  }

  private byte @Nullable [] gate(
      Module module,
      ClassLoader loader,
      String className,
      byte[] classFile,
      @Nullable Class<?> type) {
    if (!Loaders.seeGates(loader)) {
      findings.found(
          loader,
          "",
          className,
          "its class loader hides dev.turnout.bootstrap; add the package to its boot delegation"
              + " (org.osgi.framework.bootdelegation, or jboss.modules.system.pkgs)");
      return null;
    }
    boolean loaded = type != null;
    List<Woven.Gate> before = loaded ? woven.gates(loader, className) : List.of();
    GateWeaver.Result result = weaver().weave(classFile, loader, loaded, before);
    if (loaded) {
      settle(loader, className);
    }
    for (Wiring.Refusal refusal : result.refusals()) {
      misfit(loader, refusal);
    }
    boolean gated = result.bytes() != null;
    String obstacle = gated ? obstacle() : null;
    if (obstacle != null) {
      findings.found(loader, "", className, obstacle);
      return null;
    }
    for (Wire wire : result.wires()) {
      String method = wire.method().fullName();
      if (!gated && isRefused(method, result.refusals())) {
        continue;
      }
      if (gated && wire.mode() == GateLinker.OBSERVE) {
        findings.observed(loader, wire.flag(), method);
      } else if (gated) {
        findings.found(loader, wire.flag(), method, null);
      } else {
        findings.found(loader, wire.flag(), method, "another method of the class cannot be gated");
      }
    }
    for (Wiring.Refusal doubt : result.doubts()) {
      findings.doubtful(loader, doubt.flag(), doubt.method(), doubt.problem());
    }
    if (gated && module.isNamed()) {
      Module gates = GateSite.class.getModule();
      if (!module.canRead(gates)) {
        instrumentation.redefineModule(
            module, Set.of(gates), Map.of(), Map.of(), Set.of(), Map.of());
      }
    }
    List<Wire> wires = gated ? result.wires() : List.of();
    if (type == null) {
      boolean unused = woven.add(loader, className, wires);
    } else {
      changed(type, loader, className, wires, result.refusals());
    }
    return result.bytes();
  }

  // The gate that there was still decides, if the JVM does not take the body.
  private void misfit(ClassLoader loader, Wiring.Refusal refusal) {
    if (refusal.lacking() && !swaps.isAnswer()) {
      findings.doubtful(loader, refusal.flag(), refusal.method(), UNFIT + refusal.problem());
    } else {
      findings.found(loader, refusal.flag(), refusal.method(), refusal.problem());
    }
  }

  private void settle(ClassLoader loader, String className) {
    if (swaps.isAnswer()) {
      findings.unsettled(loader, className);
    }
  }

  // Takes what a loaded class has for what it has; or for what it may have, until that is settled.
  private void changed(
      Class<?> type,
      ClassLoader loader,
      String className,
      List<Wire> wires,
      List<Wiring.Refusal> refusals) {
    if (swaps.isAnswer()) {
      woven.put(loader, className, wires);
      swaps.succeeded(type);
      findings.settled(loader, className);
      return;
    }
    boolean differs = gone(loader, className, wires, refusals);
    differs |= woven.add(loader, className, wires);
    if (differs || !refusals.isEmpty()) {
      swaps.add(type, System.nanoTime());
    }
  }

  // Somebody gives the class another body, which may not have all its gates. Returns whether it has
  // not.
  private boolean gone(
      ClassLoader loader, String className, List<Wire> wires, List<Wiring.Refusal> refusals) {
    boolean any = false;
    for (Woven.Gate gate : woven.gates(loader, className)) {
      boolean there = false;
      for (Wire wire : wires) {
        there |= gate.isOf(wire.flag(), wire.method().fullName());
      }
      boolean refused = false;
      for (Wiring.Refusal refusal : refusals) {
        refused |= gate.isOf(refusal.flag(), refusal.method());
      }
      any |= !there;
      if (!there && !refused) {
        findings.doubtful(loader, gate.flag(), gate.method(), REDEFINED);
      }
    }
    return any;
  }

  /**
   * Takes the loaded classes that were given other bodies, once it is known whether the JVM took
   * these.
   *
   * @param nowNanos the JVM's time
   */
  List<Class<?>> takeSwapped(long nowNanos) {
    return swaps.take(nowNanos);
  }

  /**
   * Takes the loaded classes that were shown as they are when there was no room to gate them.
   *
   * @param nowNanos the JVM's time
   */
  List<Class<?>> takeUngated(long nowNanos) {
    return swaps.takeFailed(nowNanos);
  }

  /** The classes that this thread has transformed from now on are shown as they are. */
  void ask() {
    swaps.ask();
  }

  /** The end of {@link #ask}. */
  void answered() {
    swaps.answered();
  }

  /** Gates a class that nobody has, as it will the first one that somebody has. */
  public void rehearse() {
    ClassLoader loader = GateTransformer.class.getClassLoader();
    GateWeaver.Result result =
        new GateWeaver(GateRules.NONE).weave(RehearsedClass.file(), loader, false, List.of());
    new Woven().put(loader, "", result.wires());
    if (result.bytes() == null || obstacle() != null) {
      throw new IllegalStateException(result.refusals() + " " + unlinkable);
    }
  }

  // Null if gates can be linked. If they cannot, no class may get any: its methods would fail.
  private @Nullable String obstacle() {
    if (!linked) {
      unlinkable = FirstLink.obstacle();
      linked = true;
    }
    return unlinkable;
  }

  /**
   * Whether a class was given gates here, by the body that it was given last.
   *
   * @param className with dots between
   */
  boolean hasWoven(@Nullable ClassLoader loader, String className) {
    return loader != null && woven.contains(loader, className);
  }

  private static boolean isRefused(String method, List<Wiring.Refusal> refusals) {
    for (Wiring.Refusal refusal : refusals) {
      if (refusal.method().equals(method)) {
        return true;
      }
    }
    return false;
  }

  // Two threads may both make one: they are alike, and a lock here could be part of a deadlock.
  private GateWeaver weaver() {
    GateWeaver current = weaver;
    if (current == null) {
      current = new GateWeaver(rules);
      weaver = current;
    }
    return current;
  }
}
