package dev.turnout.agent.weave;

import dev.turnout.bootstrap.GateLinker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.annotation.AnnotationList;
import net.bytebuddy.description.annotation.AnnotationValue;
import net.bytebuddy.description.enumeration.EnumerationDescription;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.description.type.TypeList;
import org.jspecify.annotations.Nullable;

/**
 * What is to be gated in a class: the methods that are annotated, by the annotations' names only,
 * and those that a gates file names, each with its fallback.
 */
final class Wiring {
  private static final String FLAGGED = "dev.turnout.Flagged";
  private static final String FALLBACK = "dev.turnout.Fallback";
  private static final String FLAG_KEY = "dev.turnout.FlagKey";
  private static final Set<String> REACTOR =
      Set.of("reactor.core.publisher.Mono", "reactor.core.publisher.Flux");
  private static final Pattern FLAG_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,128}");

  /**
   * A method that is to be gated and cannot be.
   *
   * @param flag the flag's name
   * @param method the method as people write it
   * @param problem why not
   */
  record Refusal(String flag, String method, String problem) {}

  private final TypeDescription type;
  private final List<Wire> wires = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  private Wiring(TypeDescription type) {
    this.type = type;
  }

  List<Wire> wires() {
    return wires;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  static Wiring of(TypeDescription type, GateRules rules) {
    Wiring wiring = new Wiring(type);
    for (MethodDescription.InDefinedShape method : type.getDeclaredMethods()) {
      AnnotationDescription flagged = find(method.getDeclaredAnnotations(), FLAGGED);
      // A bridge carries the annotations of the method it leads to, which is the one to gate.
      if (flagged != null && !method.isBridge()) {
        wiring.gate(method, annotated(method, flagged));
      }
    }
    rules.of(type.getName()).forEach(wiring::gate);
    wiring.refuseFlaggedFallbacks();
    wiring.observe(rules);
    return wiring;
  }

  private static GateRule annotated(
      MethodDescription.InDefinedShape method, AnnotationDescription flagged) {
    int keyParameter = -1;
    String keyPath = "";
    for (int i = 0; i < method.getParameters().size(); i++) {
      AnnotationDescription key =
          find(method.getParameters().get(i).getDeclaredAnnotations(), FLAG_KEY);
      if (key != null) {
        keyParameter = i;
        keyPath = string(key, "value");
      }
    }
    boolean recovers =
        flagged
            .getValue("onError")
            .resolve(EnumerationDescription.class)
            .getValue()
            .equals("FALLBACK");
    return new GateRule(
        "",
        method.getDeclaringType().getName(),
        method.getInternalName(),
        null,
        string(flagged, "value"),
        string(flagged, "fallback"),
        keyParameter,
        keyPath,
        string(flagged, "key"),
        recovers,
        ignored(flagged));
  }

  private void gate(GateRule rule) {
    List<MethodDescription.InDefinedShape> found = new ArrayList<>();
    for (MethodDescription.InDefinedShape method : type.getDeclaredMethods()) {
      if (method.getInternalName().equals(rule.method())
          && !method.isBridge()
          && (rule.parameters() == null || rule.parameters().equals(parameters(method)))) {
        found.add(method);
      }
    }
    if (found.size() == 1) {
      gate(found.get(0), rule);
    } else {
      String problem =
          found.isEmpty()
              ? "there is no such method"
              : "there are " + found.size() + " such methods: name the parameters' types";
      refusals.add(
          new Refusal(rule.flag(), rule.className() + '#' + rule.method(), rule.where() + problem));
    }
  }

  private void gate(MethodDescription.InDefinedShape method, GateRule rule) {
    List<MethodDescription> candidates = new ArrayList<>();
    String problem = problem(method, rule, candidates);
    if (problem != null) {
      refuse(method, rule.flag(), rule.where() + problem);
      return;
    }
    wires.add(
        new Wire(
            rule.recovers() ? GateLinker.RECOVER : GateLinker.ROUTE,
            rule.flag(),
            method,
            candidates.get(0),
            rule.keyParameter(),
            rule.keyPath(),
            rule.keyAttribute(),
            String.join(",", rule.ignored())));
  }

  private void refuse(MethodDescription.InDefinedShape method, String flag, String problem) {
    refusals.add(new Refusal(flag, Wire.name(method), problem));
  }

  private @Nullable String problem(
      MethodDescription.InDefinedShape method, GateRule rule, List<MethodDescription> fallbacks) {
    if (!FLAG_NAME.matcher(rule.flag()).matches()) {
      return "the flag's name must be 1 to 128 characters out of a-z A-Z 0-9 . _ -";
    }
    if (wires.stream().anyMatch(other -> method.equals(other.method()))) {
      return "the method has a gate already";
    }
    if (rule.keyParameter() >= method.getParameters().size()) {
      return "there is no parameter " + rule.keyParameter();
    }
    String refusal = refusal(method);
    return refusal != null
        ? refusal
        : findFallback(method, rule.flag(), rule.fallback(), fallbacks);
  }

  private static List<String> parameters(MethodDescription method) {
    List<String> names = new ArrayList<>();
    for (TypeDescription type : method.getParameters().asTypeList().asErasures()) {
      names.add(type.getActualName());
    }
    return names;
  }

  // Of two methods that are each other's fallback, or of a chain of them, no call could be told
  // which implementation it runs.
  private void refuseFlaggedFallbacks() {
    List<Wire> all = List.copyOf(wires);
    for (Wire wire : all) {
      MethodDescription fallback = wire.fallback();
      if (fallback != null
          && (find(fallback.getDeclaredAnnotations(), FLAGGED) != null
              || all.stream().anyMatch(other -> fallback.asDefined().equals(other.method())))) {
        wires.remove(wire);
        refuse(
            wire.method(),
            wire.flag(),
            "its fallback " + fallback.getInternalName() + " is flagged itself");
      }
    }
  }

  private void observe(GateRules rules) {
    for (MethodDescription.InDefinedShape method : type.getDeclaredMethods()) {
      String name =
          method.isMethod() && !method.isSynthetic() && refusal(method) == null
              ? rules.observedAs(type.getName(), method.getInternalName())
              : "";
      if (!name.isEmpty()
          && wires.stream().noneMatch(wire -> method.equals(wire.method()))
          && rules.admitObserved()) {
        wires.add(Wire.observed(name, method));
      }
    }
  }

  private static @Nullable String refusal(MethodDescription method) {
    if (method.isConstructor()) {
      return "a constructor cannot be gated";
    }
    if (method.isAbstract()) {
      return "an abstract method cannot be gated";
    }
    if (method.isNative()) {
      return "a native method cannot be gated";
    }
    TypeList parameters = method.getParameters().asTypeList().asErasures();
    if (!parameters.isEmpty()
        && parameters
            .get(parameters.size() - 1)
            .getName()
            .equals("kotlin.coroutines.Continuation")) {
      return "a Kotlin suspend method cannot be gated, it is entered more than once for each call";
    }
    return null;
  }

  private static @Nullable String findFallback(
      MethodDescription method, String flag, String named, List<MethodDescription> found) {
    TypeDescription own = method.getDeclaringType().asErasure();
    if (named.isEmpty()) {
      // The nearest class with a mark of this flag decides, as the javac check has it.
      for (TypeDefinition type : own) {
        for (MethodDescription candidate : type.getDeclaredMethods()) {
          AnnotationDescription fallback = find(candidate.getDeclaredAnnotations(), FALLBACK);
          if (fallback != null
              && isReachable(candidate, own)
              && string(fallback, "value").equals(flag)) {
            found.add(candidate);
          }
        }
        if (!found.isEmpty()) {
          break;
        }
      }
      if (found.size() > 1) {
        return "the class has " + found.size() + " methods marked @Fallback(\"" + flag + "\")";
      }
      if (found.size() == 1) {
        return mismatch(method, found.get(0));
      }
    }
    String name = named.isEmpty() ? method.getInternalName() + "Fallback" : named;
    String nearMiss = null;
    for (TypeDefinition type : own) {
      for (MethodDescription candidate : type.getDeclaredMethods()) {
        if (isReachable(candidate, own) && candidate.getInternalName().equals(name)) {
          String mismatch = mismatch(method, candidate);
          if (mismatch == null) {
            found.add(candidate);
            return null;
          }
          nearMiss = nearMiss == null ? mismatch : nearMiss;
        }
      }
    }
    return nearMiss != null
        ? nearMiss
        : "no fallback: expected a method " + name + " with the same parameters and return type";
  }

  private static boolean isReachable(MethodDescription candidate, TypeDescription own) {
    boolean inherited = !candidate.getDeclaringType().asErasure().equals(own);
    return !candidate.isBridge()
        && !(inherited && (candidate.isPrivate() || !candidate.isVisibleTo(own)));
  }

  private static @Nullable String mismatch(MethodDescription method, MethodDescription fallback) {
    String name = fallback.getInternalName();
    if (method.isStatic() != fallback.isStatic()) {
      return "its fallback "
          + name
          + (method.isStatic() ? " must be static" : " must not be static");
    }
    if (fallback.isAbstract()) {
      return "its fallback " + name + " is abstract";
    }
    if (!fallback.getReturnType().asErasure().equals(method.getReturnType().asErasure())) {
      return "its fallback "
          + name
          + " must return "
          + method.getReturnType().asErasure().getName();
    }
    TypeList wanted = method.getParameters().asTypeList().asErasures();
    TypeList given = fallback.getParameters().asTypeList().asErasures();
    boolean same =
        given.equals(wanted)
            || (takesFailure(method, fallback) && given.subList(0, wanted.size()).equals(wanted));
    return same ? null : "its fallback " + name + " must take the same parameters";
  }

  /** Whether the fallback has one more parameter, for the failure. */
  static boolean takesFailure(MethodDescription method, MethodDescription fallback) {
    TypeList given = fallback.getParameters().asTypeList().asErasures();
    int wanted = method.getParameters().size();
    return given.size() == wanted + 1 && given.get(wanted).represents(Throwable.class);
  }

  /** Whether the method returns a future, or a publisher of Reactor. */
  static boolean completesLater(MethodDescription method) {
    TypeDescription type = method.getReturnType().asErasure();
    return REACTOR.contains(type.getName())
        || (!type.isPrimitive() && !type.isArray() && type.isAssignableTo(CompletionStage.class));
  }

  private static List<String> ignored(AnnotationDescription flagged) {
    AnnotationValue<?, ?> value = flagged.getValue("ignore");
    List<String> names = new ArrayList<>();
    for (TypeDescription type : value.resolve(TypeDescription[].class)) {
      names.add(type.getName());
    }
    return names;
  }

  private static String string(AnnotationDescription annotation, String property) {
    return annotation.getValue(property).resolve(String.class);
  }

  private static @Nullable AnnotationDescription find(AnnotationList annotations, String name) {
    for (AnnotationDescription annotation : annotations) {
      if (annotation.getAnnotationType().getName().equals(name)) {
        return annotation;
      }
    }
    return null;
  }
}
