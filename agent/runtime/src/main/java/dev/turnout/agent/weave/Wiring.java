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
  private static final List<MethodFacts> NONE = List.of();

  /**
   * A method that is to be gated and cannot be.
   *
   * @param flag the flag's name
   * @param method the method as people write it
   * @param problem why not
   */
  record Refusal(String flag, String method, String problem) {}

  private final ClassFacts type;
  private final ClassFiles others;
  private final GateRules rules;
  private final List<Woven.Gate> before;
  private final List<Wire> wires = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  private Wiring(ClassFacts type, ClassFiles others, GateRules rules, List<Woven.Gate> before) {
    this.type = type;
    this.others = others;
    this.rules = rules;
    this.before = before;
  }

  List<Wire> wires() {
    return wires;
  }

  List<Refusal> refusals() {
    return refusals;
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
      if (method.flagged() != null && !type.isForwarder(method)) {
        GateRule rule = annotated(method, method.flagged());
        if (!wiring.isCopied(method, rule.flag())) {
          wiring.gate(method, rule);
        }
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

  // Proxies and mocks get the annotations of what they override, and mostly call it: such a call is
  // decided there. A flagged method that somebody wrote over another has a gate of its own, and so
  // has one that was made up with a flag that nothing above it has, or over a method without a
  // body,
  // which decides nothing. Whether that was so is settled when the class is loaded: the files above
  // may be gone when it is changed.
  private boolean isCopied(MethodFacts method, String flag) {
    return type.isGenerated() && !wasGated(method, flag) && isFlaggedAbove(type, method, flag);
  }

  private boolean wasGated(MethodFacts method, String flag) {
    for (Woven.Gate gate : before) {
      if (gate.flag().equals(flag) && gate.method().equals(method.fullName())) {
        return true;
      }
    }
    return false;
  }

  private boolean isFlaggedAbove(ClassFacts below, MethodFacts method, String flag) {
    ClassFacts parent = others.find(below.superName());
    // Made up too, it seems, or nothing that was compiled would be without a class file.
    if (parent == null && !String.valueOf(below.superName()).startsWith("java/")) {
      return true;
    }
    if (parent != null && isFlaggedIn(parent, method, flag)) {
      return true;
    }
    for (String each : below.interfaces()) {
      ClassFacts above = others.find(each);
      if (above != null && isFlaggedIn(above, method, flag)) {
        return true;
      }
    }
    return false;
  }

  private boolean isFlaggedIn(ClassFacts above, MethodFacts method, String flag) {
    for (MethodFacts each : above.methods()) {
      if (each.name().equals(method.name()) && each.descriptor().equals(method.descriptor())) {
        return each.flagged() != null
            && !each.is(Opcodes.ACC_ABSTRACT)
            && AnnotationValues.text(each.flagged(), "value").equals(flag);
      }
    }
    return isFlaggedAbove(above, method, flag);
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
      Wire kept = kept(method, rule);
      if (kept != null) {
        add(kept);
        return;
      }
      MethodFacts fallback = fallback(method, rule.flag(), rule.fallback());
      List<Wire.Variant> variants = new ArrayList<>();
      for (Map.Entry<String, String> variant : rule.variants().entrySet()) {
        variants.add(variant(method, variant.getKey(), variant.getValue()));
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
      refuse(method, rule.flag(), rule.where() + e.getMessage());
    }
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

  // A loaded class keeps what it inherits for as long as it lives; the files that told of it may be
  // gone by now, with their loader closed, or others, with their jar written over. Without its gate
  // the method would run as written, whatever its flag says.
  private @Nullable Wire kept(MethodFacts method, GateRule rule) {
    Wire wire = before(rule.flag(), method);
    if (wire == null || wire.fallback() == null || !method.isAnnotatedAs(wire.method())) {
      return null;
    }
    boolean stays = isThere(wire.fallback());
    for (MethodFacts marked : rule.fallback().isEmpty() ? marked(type, rule.flag()) : NONE) {
      stays &= marked.isSame(wire.fallback());
    }
    for (Wire.Variant variant : wire.variants()) {
      stays &= isThere(variant.method());
    }
    return stays ? wire.of(method) : null;
  }

  private @Nullable Wire before(String flag, MethodFacts method) {
    for (Woven.Gate gate : before) {
      Wire wire = gate.wire();
      if (wire != null && wire.flag().equals(flag) && method.isSame(wire.method())) {
        return wire;
      }
    }
    return null;
  }

  // Of this class only what its file has now; of others what was there.
  private boolean isThere(MethodFacts target) {
    if (!target.owner().equals(type.name())) {
      return true;
    }
    for (MethodFacts method : type.methods()) {
      if (target.isSame(method) && target.isStatic() == method.isStatic()) {
        return true;
      }
    }
    return false;
  }

  /** A method that cannot be gated, or cannot be what a gate leads to; says why. */
  private static final class Misfit extends Exception {
    private static final long serialVersionUID = 1;

    Misfit(String message) {
      super(message, null, false, false);
    }
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
    List<Wire> kept = new ArrayList<>();
    for (Wire wire : wires) {
      String problem = flaggedTarget(wire);
      if (problem == null) {
        kept.add(wire);
      } else {
        refuse(wire.method(), wire.flag(), problem);
      }
    }
    wires.clear();
    wires.addAll(kept);
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
        Wire kept = before(name, method);
        wires.add(
            kept == null ? Wire.observed(name, method, completesLater(method)) : kept.of(method));
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

  private MethodFacts fallback(MethodFacts method, String flag, String named) throws Misfit {
    if (!named.isEmpty()) {
      return named(method, named, "its fallback ", true);
    }
    List<MethodFacts> marked = marked(flag);
    if (marked.size() > 1) {
      throw new Misfit(
          "the class has " + marked.size() + " methods marked @Fallback(\"" + flag + "\")");
    }
    if (marked.size() == 1) {
      String mismatch = mismatch(method, marked.get(0), "its fallback ", true);
      if (mismatch != null) {
        throw new Misfit(mismatch);
      }
      return callable(marked.get(0), "its fallback ");
    }
    return named(method, method.name() + "Fallback", "its fallback ", true);
  }

  private Wire.Variant variant(MethodFacts method, String variant, String named) throws Misfit {
    if (!FlagName.isValid(variant) || variant.equals("on") || variant.equals("off")) {
      throw new Misfit(
          "a variant's name must be 1 to 128 characters out of a-z A-Z 0-9 . _ -, neither on nor"
              + " off nor dots alone");
    }
    return new Wire.Variant(variant, named(method, named, "its variant's method ", false));
  }

  // The nearest class with a mark of this flag decides, as the javac check has it.
  private List<MethodFacts> marked(String flag) {
    ClassFacts each = type;
    while (each != null) {
      List<MethodFacts> marked = marked(each, flag);
      if (!marked.isEmpty()) {
        return marked;
      }
      each = others.find(each.superName());
    }
    return NONE;
  }

  private List<MethodFacts> marked(ClassFacts each, String flag) {
    List<MethodFacts> marked = new ArrayList<>();
    for (MethodFacts candidate : each.methods()) {
      if (candidate.fallback() != null
          && isReachable(candidate)
          && !each.isForwarder(candidate)
          && AnnotationValues.text(candidate.fallback(), "value").equals(flag)) {
        marked.add(candidate);
      }
    }
    return marked;
  }

  private MethodFacts named(MethodFacts method, String name, String role, boolean mayTakeFailure)
      throws Misfit {
    String nearMiss = null;
    for (ClassFacts each = type; each != null; each = others.find(each.superName())) {
      MethodFacts fitting = null;
      for (MethodFacts candidate : each.methods()) {
        if (!isReachable(candidate)
            || !candidate.name().equals(name)
            || candidate.isSame(method)
            || candidate.is(Opcodes.ACC_BRIDGE)) {
          continue;
        }
        String mismatch = mismatch(method, candidate, role, mayTakeFailure);
        if (mismatch != null) {
          nearMiss = nearMiss == null ? mismatch : nearMiss;
        } else if (fitting != null) {
          throw new Misfit(
              "both " + fitting.fullName() + " and " + candidate.fullName() + " fit: rename one");
        } else {
          fitting = candidate;
        }
      }
      if (fitting != null) {
        return callable(fitting, role);
      }
    }
    if (nearMiss != null) {
      throw new Misfit(nearMiss);
    }
    throw new Misfit(
        (mayTakeFailure ? "no fallback" : "no method for a variant")
            + ": expected "
            + (name.equals(method.name()) ? "another method " : "a method ")
            + name
            + " with the same parameters and return type");
  }

  // The JVM takes the nearest method of that name and type, whether this class may call it or not,
  // and be it the method with the gate.
  private MethodFacts callable(MethodFacts target, String role) throws Misfit {
    for (ClassFacts each = type; each != null; each = others.find(each.superName())) {
      for (MethodFacts nearest : each.methods()) {
        if (nearest.name().equals(target.name())
            && nearest.descriptor().equals(target.descriptor())) {
          if (!mayBeCalled(nearest)) {
            throw new Misfit(
                role
                    + target.name()
                    + " is hidden by a method of "
                    + each.dottedName()
                    + " that this class cannot call");
          }
          return nearest;
        }
      }
    }
    return target;
  }

  private boolean isReachable(MethodFacts candidate) {
    return !candidate.is(Opcodes.ACC_BRIDGE) && mayBeCalled(candidate);
  }

  private boolean mayBeCalled(MethodFacts candidate) {
    return candidate.owner().equals(type.name())
        || candidate.is(Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)
        || (!candidate.is(Opcodes.ACC_PRIVATE)
            && packageOf(candidate.owner()).equals(packageOf(type.name())));
  }

  private static String packageOf(String internalName) {
    return internalName.substring(0, internalName.lastIndexOf('/') + 1);
  }

  private static @Nullable String mismatch(
      MethodFacts method, MethodFacts target, String role, boolean mayTakeFailure) {
    String name = role + target.name();
    if (method.isStatic() != target.isStatic()) {
      return name + (method.isStatic() ? " must be static" : " must not be static");
    }
    if (target.is(Opcodes.ACC_ABSTRACT)) {
      return name + " is abstract";
    }
    if (!target.returnType().equals(method.returnType())) {
      return name + " must return " + method.returnType().getClassName();
    }
    List<String> wanted = method.parameterNames();
    List<String> given = target.parameterNames();
    boolean same =
        given.equals(wanted)
            || (mayTakeFailure
                && Wire.takesFailure(method, target)
                && given.subList(0, wanted.size()).equals(wanted));
    return same ? null : name + " must take the same parameters";
  }
}
