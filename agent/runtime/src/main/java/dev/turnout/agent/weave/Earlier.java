package dev.turnout.agent.weave;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gates that a class has, or may have, when it is changed once more. */
final class Earlier {
  private final ClassFacts type;
  private final Targets targets;
  private final List<Woven.Gate> gates;

  /**
   * Creates it.
   *
   * @param type the class as it is to be
   * @param targets what its gates may lead to then
   * @param gates those that it was given, the last ones first
   */
  Earlier(ClassFacts type, Targets targets, List<Woven.Gate> gates) {
    this.type = type;
    this.targets = targets;
    this.gates = gates;
  }

  /** Whether the class was given none, or was not loaded before. */
  boolean isEmpty() {
    return gates.isEmpty();
  }

  boolean has(MethodFacts method, String flag) {
    for (Woven.Gate gate : gates) {
      if (gate.flag().equals(flag) && gate.method().equals(method.fullName())) {
        return true;
      }
    }
    return false;
  }

  /** What an observed method was known to be; null if it was not observed, or is known anew. */
  @Nullable Wire observed(String name, MethodFacts method) {
    for (Woven.Gate gate : gates) {
      Wire wire = gate.wire();
      if (wire != null && wire.fallback() == null && isOf(wire, name, method)) {
        return wire.of(method);
      }
    }
    return null;
  }

  /**
   * Returns the gate that a method has, where only that can tell what it leads to. A loaded class
   * keeps what it inherits for as long as it lives; the files that told of it may be gone by now,
   * with their loader closed, or others, with their jar written over. Without its gate the method
   * would run as written, whatever its flag says.
   */
  @Nullable Wire kept(MethodFacts method, GateRule rule) {
    for (Woven.Gate gate : gates) {
      Wire wire = gate.wire();
      if (wire != null
          && wire.needsOtherClasses()
          && isOf(wire, rule.flag(), method)
          && method.isAnnotatedAs(wire.method())
          && leadsSomewhere(wire)
          && (!rule.fallback().isEmpty() || isStillMarked(wire))) {
        return wire.of(method);
      }
    }
    return null;
  }

  /** Returns the gate that a method has, if all that it leads to is still there; else null. */
  @Nullable Wire standing(MethodFacts method, String flag) {
    for (Woven.Gate gate : gates) {
      Wire wire = gate.wire();
      if (wire != null && isOf(wire, flag, method) && leadsSomewhere(wire)) {
        return wire.of(method);
      }
    }
    return null;
  }

  private static boolean isOf(Wire wire, String flag, MethodFacts method) {
    return wire.flag().equals(flag) && method.isSame(wire.method());
  }

  private boolean leadsSomewhere(Wire wire) {
    MethodFacts fallback = wire.fallback();
    boolean there = fallback != null && isThere(fallback);
    for (Wire.Variant variant : wire.variants()) {
      there &= isThere(variant.method());
    }
    return there;
  }

  // What stands in this class's own file is known, so a mark that is no more there counts for none.
  private boolean isStillMarked(Wire wire) {
    MethodFacts fallback = Objects.requireNonNull(wire.fallback());
    boolean marked = !fallback.owner().equals(type.name()) || !isMarked(fallback, wire.flag());
    for (MethodFacts each : targets.marked(type, wire.flag())) {
      if (!each.isSame(fallback)) {
        return false;
      }
      marked = true;
    }
    return marked;
  }

  private static boolean isMarked(MethodFacts method, String flag) {
    return method.fallback() != null
        && AnnotationValues.text(method.fallback(), "value").equals(flag);
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
}
