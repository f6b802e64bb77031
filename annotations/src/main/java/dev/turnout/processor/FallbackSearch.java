package dev.turnout.processor;

import dev.turnout.Fallback;
import dev.turnout.Flagged;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the fallback of a flagged method, in the order of {@link Flagged}'s Javadoc, and for
 * the methods of its variants, and says what is wrong when there is not exactly one that fits.
 *
 * <p>Each step looks in the class first and then in its superclasses, nearest first. A method that
 * is found by name may be overloaded, so there the nearest class with one that fits decides; a mark
 * is meant for the method it is on, so there the nearest class with a mark decides.
 */
final class FallbackSearch {

  private final Elements elements;
  private final Signatures signatures;

  FallbackSearch(Elements elements, Signatures signatures) {
    this.elements = elements;
    this.signatures = signatures;
  }

  /**
   * Returns what is wrong with the fallback of {@code flagged}, or null if it has a good one.
   *
   * @param owner the class of {@code flagged}
   * @param flag the flag's name
   * @param named the fallback's name if the annotation gives one, else empty
   */
  @Nullable String complaint(
      TypeElement owner, ExecutableElement flagged, String flag, String named) {
    List<TypeElement> line = line(owner);
    if (!named.isEmpty()) {
      return byName(
          flagged, named, line, Role.FALLBACK, missing(flagged, named, line, Role.FALLBACK));
    }
    for (TypeElement type : line) {
      List<ExecutableElement> marked = candidates(owner, type, method -> isMarked(method, flag));
      if (!marked.isEmpty()) {
        return byMark(owner, flagged, flag, marked);
      }
    }
    String name = flagged.getSimpleName() + "Fallback";
    return byName(
        flagged,
        name,
        line,
        Role.FALLBACK,
        missing(flagged, name, line, Role.FALLBACK)
            + " Or mark a method with such parameters with @Fallback(\""
            + flag
            + "\").");
  }

  /**
   * Returns what is wrong with the method of a variant of {@code flagged}, or null if it is good.
   *
   * @param owner the class of {@code flagged}
   * @param variant the variant's name
   * @param named the method's name
   */
  @Nullable String complaintOfVariant(
      TypeElement owner, ExecutableElement flagged, String variant, String named) {
    Role role = Role.variant(variant);
    List<TypeElement> line = line(owner);
    return byName(flagged, named, line, role, missing(flagged, named, line, role));
  }

  private @Nullable String byMark(
      TypeElement owner, ExecutableElement flagged, String flag, List<ExecutableElement> marked) {
    if (marked.size() > 1) {
      return "Both "
          + Words.call(marked.get(0))
          + " and "
          + Words.call(marked.get(1))
          + " are marked with @Fallback(\""
          + flag
          + "\"): mark only one of them, or name the one for "
          + Words.call(flagged)
          + " with fallback = \"...\".";
    }
    ExecutableElement only = marked.get(0);
    @Nullable String mismatch = mismatch(owner, flagged, only, Role.FALLBACK);
    return mismatch != null
        ? unfit(flagged, only, mismatch, Role.FALLBACK)
        : flaggedItself(flagged, only, Role.FALLBACK);
  }

  private @Nullable String byName(
      ExecutableElement flagged, String name, List<TypeElement> line, Role role, String missing) {
    @Nullable String unfit = null;
    for (TypeElement type : line) {
      List<ExecutableElement> fitting = new ArrayList<>();
      for (ExecutableElement method :
          candidates(line.get(0), type, method -> method.getSimpleName().contentEquals(name))) {
        if (method.equals(flagged)) {
          continue;
        }
        @Nullable String mismatch = mismatch(line.get(0), flagged, method, role);
        if (mismatch == null) {
          fitting.add(method);
        } else if (unfit == null) {
          unfit = unfit(flagged, method, mismatch, role);
        }
      }
      if (fitting.size() > 1) {
        return "Both "
            + Words.call(fitting.get(0))
            + " and "
            + Words.call(fitting.get(1))
            + " could be "
            + role.of(flagged)
            + ": rename one of them.";
      }
      if (!fitting.isEmpty()) {
        return flaggedItself(flagged, fitting.get(0), role);
      }
    }
    if (unfit == null && flagged.getSimpleName().contentEquals(name)) {
      return role.own(flagged);
    }
    return unfit == null ? missing : unfit;
  }

  private @Nullable String mismatch(
      TypeElement owner, ExecutableElement flagged, ExecutableElement found, Role role) {
    return signatures.mismatch(
        flagged, found, (DeclaredType) owner.asType(), role.isFailureTaken());
  }

  private static String unfit(
      ExecutableElement flagged, ExecutableElement found, String mismatch, Role role) {
    return Words.call(found)
        + " cannot be "
        + role.of(flagged)
        + ": "
        + mismatch
        + ". Declare it as \""
        + Words.head(flagged, found.getSimpleName())
        + "\".";
  }

  private static @Nullable String flaggedItself(
      ExecutableElement flagged, ExecutableElement found, Role role) {
    return Mark.on(found, Flagged.class) == null ? null : role.flagged(flagged, found);
  }

  private String missing(
      ExecutableElement flagged, String name, List<TypeElement> line, Role role) {
    StringBuilder message =
        new StringBuilder(role.lackedBy(flagged))
            .append(": declare \"")
            .append(Words.head(flagged, name))
            .append("\" in ")
            .append(line.get(0).getSimpleName());
    message.append(line.size() > 1 ? " or a superclass." : ".");
    for (TypeElement type : line) {
      for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
        if (method.getSimpleName().contentEquals(name) && !isCallable(line.get(0), type, method)) {
          return message
              .append(" The one in ")
              .append(type.getSimpleName())
              .append(" does not count, because ")
              .append(line.get(0).getSimpleName())
              .append(" cannot call it.")
              .toString();
        }
      }
    }
    return message.toString();
  }

  private List<ExecutableElement> candidates(
      TypeElement owner, TypeElement type, Predicate<ExecutableElement> wanted) {
    List<ExecutableElement> candidates = new ArrayList<>();
    for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
      if (wanted.test(method) && isCallable(owner, type, method)) {
        candidates.add(method);
      }
    }
    return candidates;
  }

  /** The gate calls the fallback from the flagged method's class, with that class's own rights. */
  private boolean isCallable(TypeElement owner, TypeElement type, ExecutableElement method) {
    return type.equals(owner)
        || method.getModifiers().contains(Modifier.PUBLIC)
        || method.getModifiers().contains(Modifier.PROTECTED)
        || (!method.getModifiers().contains(Modifier.PRIVATE)
            && elements.getPackageOf(type).equals(elements.getPackageOf(owner)));
  }

  private static boolean isMarked(ExecutableElement method, String flag) {
    @Nullable Mark mark = Mark.on(method, Fallback.class);
    return mark != null && flag.equals(mark.text("value"));
  }

  /** Returns {@code type} and its superclasses, but for Object. */
  private static List<TypeElement> line(TypeElement type) {
    List<TypeElement> line = new ArrayList<>();
    @Nullable TypeElement next = type;
    while (next != null && !next.getQualifiedName().contentEquals(Object.class.getName())) {
      line.add(next);
      TypeMirror parent = next.getSuperclass();
      next =
          parent.getKind() == TypeKind.DECLARED
              ? (TypeElement) ((DeclaredType) parent).asElement()
              : null;
    }
    return line;
  }
}
