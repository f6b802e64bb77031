package dev.turnout.agent.weave;

import dev.turnout.flags.FlagName;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/** What the gates of a class may lead to: methods of its own, and those that it inherits. */
final class Targets {
  private final ClassFacts type;
  private final ClassFiles others;

  /**
   * Creates them.
   *
   * @param others where the class's superclasses are looked for
   */
  Targets(ClassFacts type, ClassFiles others) {
    this.type = type;
    this.others = others;
  }

  /**
   * Finds the fallback of a method.
   *
   * @param named its name; empty for the one that is marked, or else is called {@code
   *     METHODFallback}
   * @throws Misfit if there is none, or it does not fit
   */
  MethodFacts fallback(MethodFacts method, String flag, String named) throws Misfit {
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

  /**
   * Finds the implementation of a variant.
   *
   * @throws Misfit if there is none, or it or the variant's name does not fit
   */
  Wire.Variant variant(MethodFacts method, String variant, String named) throws Misfit {
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
    return List.of();
  }

  /** The methods of one class that are marked as the fallback of a flag and may be called. */
  List<MethodFacts> marked(ClassFacts each, String flag) {
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
