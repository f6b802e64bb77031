package dev.turnout.agent.weave;

import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Tells which flagged methods of a class only have the annotation of another method, which decides
 * the calls. Where one was written, with a flag of its own, it is no copy.
 */
final class Copies {
  private final ClassFacts type;
  private final ClassFiles others;
  private final Earlier earlier;

  /**
   * Creates it.
   *
   * @param others where the class's superclasses and interfaces are looked for
   * @param earlier the gates that it has, if it was loaded before
   */
  Copies(ClassFacts type, ClassFiles others, Earlier earlier) {
    this.type = type;
    this.others = others;
    this.earlier = earlier;
  }

  /**
   * Whether the annotation of a method is another's.
   *
   * @param flag the flag that it names
   * @throws Misfit if that cannot be told
   */
  boolean has(MethodFacts method, String flag) throws Misfit {
    if (method.origin() == MethodFacts.Origin.MIXED_IN) {
      return isMixedIn(method, flag);
    }
    return type.isForwarder(method)
        || hasDefaultImplementation(method, flag)
        || (type.isGenerated() && !earlier.has(method, flag) && isFlaggedAbove(type, method, flag));
  }

  // Scala's compiler gives a class whose trait has a flagged method one that calls it. Somebody may
  // have written the same, with a flag that the trait's has not.
  private boolean isMixedIn(MethodFacts method, String flag) throws Misfit {
    if (earlier.has(method, flag)) {
      return false;
    }
    ClassFacts trait = others.find(method.trait());
    if (trait != null) {
      return hasFlagged(trait, method.name(), method.descriptor(), flag);
    }
    if (earlier.isEmpty()) {
      throw new Misfit(
          "it only calls the method of the trait "
              + method.trait().replace('/', '.')
              + ", whose class file is not to be found: whether that one has the flag cannot be"
              + " told");
    }
    // The trait's file is gone with its loader. It was there when the class got its gates.
    return true;
  }

  // Kotlin's compiler may leave an interface's functions abstract, and put what they do, with their
  // annotations, into a class beside it, which those that implement the interface call.
  private boolean hasDefaultImplementation(MethodFacts method, String flag) {
    if (!type.isInterface() || !method.is(Opcodes.ACC_ABSTRACT)) {
      return false;
    }
    ClassFacts bodies = others.find(type.name() + "$DefaultImpls");
    String descriptor = "(L" + type.name() + ";" + method.descriptor().substring(1);
    return bodies != null && hasFlagged(bodies, method.name(), descriptor, flag);
  }

  private static boolean hasFlagged(ClassFacts of, String name, String descriptor, String flag) {
    for (MethodFacts each : of.methods()) {
      if (each.name().equals(name) && each.descriptor().equals(descriptor)) {
        return isFlagged(each, flag);
      }
    }
    return false;
  }

  // An abstract one decides nothing.
  private static boolean isFlagged(MethodFacts method, String flag) {
    return method.flagged() != null
        && !method.is(Opcodes.ACC_ABSTRACT)
        && AnnotationValues.text(method.flagged(), "value").equals(flag);
  }

  // Proxies and mocks get the annotations of what they override, and mostly call it: such a call is
  // decided there. A flagged method that somebody wrote over another has a gate of its own, and so
  // has one that was made up with a flag that nothing above it has, or over a method without a
  // body, which decides nothing. Whether that was so is settled when the class is loaded: the files
  // above may be gone when it is changed.
  private boolean isFlaggedAbove(ClassFacts below, MethodFacts method, String flag) {
    ClassFacts parent = others.find(below.superName());
    // Made up too, it seems, or nothing that was compiled would be without a class file.
    if (parent == null && !String.valueOf(below.superName()).startsWith("java/")) {
      return true;
    }
    if (isFlaggedIn(parent, method, flag)) {
      return true;
    }
    for (String each : below.interfaces()) {
      if (isFlaggedIn(others.find(each), method, flag)) {
        return true;
      }
    }
    return false;
  }

  private boolean isFlaggedIn(@Nullable ClassFacts above, MethodFacts method, String flag) {
    if (above == null) {
      return false;
    }
    for (MethodFacts each : above.methods()) {
      if (each.name().equals(method.name()) && each.descriptor().equals(method.descriptor())) {
        return isFlagged(each, flag);
      }
    }
    return isFlaggedAbove(above, method, flag);
  }
}
