package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import dev.turnout.flags.FlagName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * What is to be gated in a class: the methods that are annotated, by the annotations' names only,
 * and those that a gates file names, each with its fallback.
 */
final class Wiring {
  private static final int MOST_VARIANTS = 20;

  /**
   * A method that is to be gated and cannot be.
   *
   * @param flag the flag's name
   * @param method the method as people write it
   * @param problem why not
   * @param lacking whether the body lacks a method that the class has: no JVM is known to take one
   */
  record Refusal(String flag, String method, String problem, boolean lacking) {
    Refusal(String flag, String method, String problem) {
      this(flag, method, problem, false);
    }
  }

  private final ClassFacts type;
  private final ClassFiles others;
  private final GateRules rules;
  private final Earlier earlier;
  private final Targets targets;
  private final List<Wire> wires = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final List<Refusal> doubts = new ArrayList<>();

  private Wiring(ClassFacts type, ClassFiles others, GateRules rules, List<Woven.Gate> before) {
    this.type = type;
    this.others = others;
    this.rules = rules;
    targets = new Targets(type, others);
    earlier = new Earlier(type, targets, before);
  }

  List<Wire> wires() {
    return wires;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  /** The gates that a method has only because it had them, and why it would get none. */
  List<Refusal> doubts() {
    return doubts;
  }

  /**
   * Finds the gates of a class.
   *
   * @param others where its superclasses are looked for
   * @param before the gates that it has, if it was loaded before
   */
  static Wiring of(ClassFacts type, ClassFiles others, GateRules rules, List<Woven.Gate> before) {
    Wiring wiring = new Wiring(type, others, rules, before);
    for (MethodFacts method : type.methods()) {
      if (method.flagged() != null) {
        wiring.gateWritten(method, annotated(method, method.flagged()));
      }
    }
    for (GateRule rule : rules.of(type.dottedName())) {
      wiring.gate(rule);
    }
    wiring.refuseFlaggedTargets();
    wiring.observe(rules);
    return wiring;
  }

  private static GateRule annotated(MethodFacts method, Map<String, Object> flagged) {
    Map<String, String> variants = new LinkedHashMap<>();
    if (flagged.get("variants") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> variant) {
          variants.put(String.valueOf(variant.get("name")), String.valueOf(variant.get("method")));
        }
      }
    }
    return new GateRule(
        "",
        method.owner().replace('/', '.'),
        method.name(),
        null,
        AnnotationValues.text(flagged, "value"),
        AnnotationValues.text(flagged, "fallback"),
        variants,
        method.keyParameter(),
        method.keyPath(),
        AnnotationValues.text(flagged, "key"),
        AnnotationValues.text(flagged, "onError").equals("FALLBACK"),
        AnnotationValues.texts(flagged, "ignore"));
  }

  private void gateWritten(MethodFacts method, GateRule rule) {
    try {
      if (!new Copies(type, others, earlier).has(method, rule.flag())) {
        gate(method, rule);
      }
    } catch (Misfit e) {
      refuse(method, rule.flag(), rule.where() + e.getMessage());
    }
  }

  private void gate(GateRule rule) {
    List<MethodFacts> found = new ArrayList<>();
    String none = "there is no such method";
    for (MethodFacts method : type.methods()) {
      boolean meant =
          rule.parameters() == null
              ? !type.isForwarder(method)
              : rule.parameters().equals(method.parameterNames()) && !method.is(Opcodes.ACC_BRIDGE);
      if (!method.name().equals(rule.method())) {
        continue;
      }
      if (meant) {
        found.add(method);
      } else if (rule.parameters() == null) {
        none = "its compiler made that method to call another: name the one that it calls";
      }
    }
    if (found.size() == 1) {
      gate(found.get(0), rule);
    } else {
      String problem =
          found.isEmpty()
              ? none
              : "there are " + found.size() + " such methods: name the parameters' types";
      refusals.add(
          new Refusal(rule.flag(), rule.className() + '#' + rule.method(), rule.where() + problem));
    }
  }

  private void gate(MethodFacts method, GateRule rule) {
    try {
      check(method, rule);
      Wire kept = earlier.kept(method, rule);
      if (kept != null) {
        add(kept);
        return;
      }
      MethodFacts fallback = targets.fallback(method, rule.flag(), rule.fallback());
      List<Wire.Variant> variants = new ArrayList<>();
      for (Map.Entry<String, String> variant : rule.variants().entrySet()) {
        variants.add(targets.variant(method, variant.getKey(), variant.getValue()));
      }
      add(
          new Wire(
              rule.recovers() ? GateLinker.RECOVER : GateLinker.ROUTE,
              rule.flag(),
              method,
              fallback,
              variants,
              rule.keyParameter(),
              rule.keyPath(),
              rule.keyAttribute(),
              String.join(",", rule.ignored()),
              completesLater(method)));
    } catch (Misfit e) {
      keepOrRefuse(method, rule.flag(), rule.where() + e.getMessage());
    }
  }

  // Somebody gives a class that runs another body, and a mistake with it. The flag may be killed:
  // so a gate that can stay stays.
  private void keepOrRefuse(MethodFacts method, String flag, String problem) {
    Wire had = isGated(method) ? null : earlier.standing(method, flag);
    if (had != null && had.isAsSaved()) {
      keep(had, problem, wires);
    } else {
      boolean lacking = had == null && !isGated(method) && earlier.has(method, flag);
      refusals.add(new Refusal(flag, method.fullName(), problem, lacking));
    }
  }

  private void keep(Wire had, String problem, List<Wire> into) {
    into.add(had);
    String why = "keeps the gate that it had: " + problem;
    doubts.add(new Refusal(had.flag(), had.method().fullName(), why));
  }

  // One that its class file was saved with stays and gets no second, so it had better be the same:
  // else its method would go on by another flag, or to another fallback, and be told as wired.
  private void add(Wire wire) throws Misfit {
    if (!wire.isAsSaved()) {
      throw new Misfit(
          "its class file was saved with another gate: "
              + wire.method().saved().get(0)
              + "; load the one that was compiled");
    }
    wires.add(wire);
  }

  private void refuse(MethodFacts method, String flag, String problem) {
    refusals.add(new Refusal(flag, method.fullName(), problem));
  }

  private void check(MethodFacts method, GateRule rule) throws Misfit {
    if (!FlagName.isValid(rule.flag())) {
      throw new Misfit(
          "the flag's name must be 1 to 128 characters out of a-z A-Z 0-9 . _ - and not dots alone");
    }
    if (isGated(method)) {
      throw new Misfit("the method has a gate already");
    }
    if (rule.keyParameter() >= method.parameterTypes().length) {
      throw new Misfit("there is no parameter " + rule.keyParameter());
    }
    if (rule.variants().size() > MOST_VARIANTS) {
      throw new Misfit("there may be at most " + MOST_VARIANTS + " variants");
    }
    String refusal = refusal(method);
    if (refusal != null) {
      throw new Misfit(refusal);
    }
  }

  private boolean isGated(MethodFacts method) {
    for (Wire wire : wires) {
      if (method.isSame(wire.method())) {
        return true;
      }
    }
    return false;
  }

  private boolean isRefused(MethodFacts method) {
    for (Refusal refusal : refusals) {
      if (refusal.method().equals(method.fullName())) {
        return true;
      }
    }
    return false;
  }

  // Of two methods that are each other's fallback, or of a chain of them, no call could be told
  // which implementation it runs.
  private void refuseFlaggedTargets() {
    List<Wire> sound = new ArrayList<>();
    List<Wire> kept = new ArrayList<>();
    for (Wire wire : wires) {
      String problem = flaggedTarget(wire);
      Wire had = problem == null ? null : earlier.standing(wire.method(), wire.flag());
      if (problem == null) {
        sound.add(wire);
      } else if (had != null) {
        keep(had, problem, kept);
      } else {
        refuse(wire.method(), wire.flag(), problem);
      }
    }
    wires.clear();
    wires.addAll(kept);
    for (Wire wire : sound) {
      if (isLedToBy(kept, wire.method())) {
        refuse(wire.method(), wire.flag(), "a gate that is there already leads to it");
      } else {
        wires.add(wire);
      }
    }
  }

  private static boolean isLedToBy(List<Wire> gates, MethodFacts method) {
    for (Wire gate : gates) {
      boolean leads = method.isSame(gate.fallback());
      for (Wire.Variant variant : gate.variants()) {
        leads |= method.isSame(variant.method());
      }
      if (leads) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String flaggedTarget(Wire wire) {
    MethodFacts fallback = Objects.requireNonNull(wire.fallback());
    if (isFlagged(fallback)) {
      return "its fallback " + fallback.name() + " is flagged itself";
    }
    for (Wire.Variant variant : wire.variants()) {
      if (isFlagged(variant.method())) {
        return "its variant's method " + variant.method().name() + " is flagged itself";
      }
    }
    return null;
  }

  private boolean isFlagged(MethodFacts method) {
    return method.flagged() != null || isGated(method) || rules.routes(method);
  }

  // Nobody named the methods of an old class file one by one, so it is no news of each that it
  // cannot be gated; nor may they take the place of others. A method whose own gate was refused is
  // told of by that. One whose class file was saved with another gate is counted by that.
  private void observe(GateRules rules) {
    if (type.version() < GateWeaver.JAVA_8) {
      return;
    }
    for (MethodFacts method : type.methods()) {
      boolean meant =
          method.isMethod() && !method.is(Opcodes.ACC_SYNTHETIC) && !type.isForwarder(method);
      String name =
          meant && refusal(method) == null
              ? rules.observedAs(type.dottedName(), method.name(), type.isMadeUp())
              : "";
      if (!name.isEmpty()
          && !isGated(method)
          && !isRefused(method)
          && Wire.observed(name, method, false).isAsSaved()
          && rules.admitObserved(method.fullName())) {
        Wire kept = earlier.observed(name, method);
        wires.add(kept == null ? Wire.observed(name, method, completesLater(method)) : kept);
      }
    }
  }

  // Reactor's own methods pass on what they were given, through many of them: each would wrap it.
  private boolean completesLater(MethodFacts method) {
    return !method.owner().startsWith("reactor/core/")
        && others.completesLater(method.returnType());
  }

  private @Nullable String refusal(MethodFacts method) {
    if (!method.isMethod()) {
      return "a constructor cannot be gated";
    }
    if (method.is(Opcodes.ACC_ABSTRACT)) {
      return "an abstract method cannot be gated";
    }
    if (method.is(Opcodes.ACC_NATIVE)) {
      return "a native method cannot be gated";
    }
    if (method.origin() == MethodFacts.Origin.INLINE) {
      return "a Kotlin inline function cannot be gated, its callers hold copies of it";
    }
    if (isSuspend(method)) {
      return "a Kotlin suspend method cannot be gated, it is entered more than once for each call";
    }
    return null;
  }

  // A lambda, and a method that has waited, is gone on with in a class that Kotlin made for it.
  private boolean isSuspend(MethodFacts method) {
    List<String> parameters = method.parameterNames();
    return (!parameters.isEmpty()
            && parameters.get(parameters.size() - 1).equals("kotlin.coroutines.Continuation"))
        || (method.name().equals("invokeSuspend")
            && String.valueOf(type.superName()).startsWith("kotlin/coroutines/jvm/internal/"));
  }
}
