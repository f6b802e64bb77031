package dev.turnout.processor;

import dev.turnout.Fallback;
import dev.turnout.Flagged;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the fallback of a flagged method, in the order of {@link Flagged}'s Javadoc, and for
 * the methods of its variants, and says what is wrong when there is not exactly one that fits.
 *
 * <p>Each step looks in the class first and then in its superclasses, nearest first. A method that
 * is found by name may be overloaded, so there the nearest class with one that fits decides; a mark
 * is meant for the method it is on, so there the nearest class with a mark decides. What is found
 * must also be what its call runs: a class between may override or hide it.
 */
final class FallbackSearch {

  private final Elements elements;
  private final Types types;
  private final Signatures signatures;

  FallbackSearch(Elements elements, Types types) {
    this.elements = elements;
    this.types = types;
    this.signatures = new Signatures(elements, types);
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
    Lineage line = new Lineage(owner, elements, types);
    if (!named.isEmpty()) {
      return byName(
          flagged, named, line, Role.FALLBACK, missing(flagged, named, line, Role.FALLBACK));
    }
    for (TypeElement type : line.searched()) {
      List<ExecutableElement> marked = candidates(line, type, method -> isMarked(method, flag));
      if (!marked.isEmpty()) {
        return byMark(line, flagged, flag, marked);
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
    Lineage line = new Lineage(owner, elements, types);
    return byName(flagged, named, line, role, missing(flagged, named, line, role));
  }

  private @Nullable String byMark(
      Lineage line, ExecutableElement flagged, String flag, List<ExecutableElement> marked) {
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
    @Nullable String mismatch = mismatch(line.owner(), flagged, only, Role.FALLBACK);
    return mismatch != null
        ? unfit(flagged, only, mismatch, Role.FALLBACK)
        : notRun(line, flagged, only, Role.FALLBACK);
  }

  private @Nullable String byName(
      ExecutableElement flagged, String name, Lineage line, Role role, String missing) {
    @Nullable String unfit = null;
    for (TypeElement type : line.searched()) {
      List<ExecutableElement> fitting = new ArrayList<>();
      for (ExecutableElement method :
          candidates(line, type, method -> method.getSimpleName().contentEquals(name))) {
        if (method.equals(flagged)) {
          continue;
        }
        @Nullable String mismatch = mismatch(line.owner(), flagged, method, role);
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
        return notRun(line, flagged, fitting.get(0), role);
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

  /** What is wrong with a method that fits, if its call would not run it as it is written. */
  private static @Nullable String notRun(
      Lineage line, ExecutableElement flagged, ExecutableElement found, Role role) {
    ExecutableElement run = line.run(found);
    if (!line.mayCall(run)) {
      return role.hidden(flagged, found, run, line.owner());
    }
    if (Mark.on(run, Flagged.class) == null) {
      return null;
    }
    return run.equals(found)
        ? role.flagged(flagged, found)
        : role.overridden(flagged, found, run, Lineage.declaring(run).equals(line.owner()));
  }

  private String missing(ExecutableElement flagged, String name, Lineage line, Role role) {
    CharSequence owner = line.owner().getSimpleName();
    StringBuilder message =
        new StringBuilder(role.lackedBy(flagged))
            .append(": declare \"")
            .append(Words.head(flagged, name))
            .append("\" in ")
            .append(owner)
            .append(line.searched().size() > 1 ? " or a superclass." : ".");
    for (TypeElement type : line.all()) {
      for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
        boolean called = line.mayCall(method);
        if (method.getSimpleName().contentEquals(name)
            && !(called && line.searched().contains(type))) {
          return message
              .append(" The one in ")
              .append(type.getSimpleName())
              .append(" does not count, because ")
              .append(
                  called
                      ? "it is the JDK's: " + owner + " can have one that calls it."
                      : owner + " cannot call it.")
              .toString();
        }
      }
    }
    return message.toString();
  }

  private static List<ExecutableElement> candidates(
      Lineage line, TypeElement type, Predicate<ExecutableElement> wanted) {
    List<ExecutableElement> candidates = new ArrayList<>();
    for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
      if (wanted.test(method) && line.mayCall(method)) {
        candidates.add(method);
      }
    }
    return candidates;
  }

  private static boolean isMarked(ExecutableElement method, String flag) {
    @Nullable Mark mark = Mark.on(method, Fallback.class);
    return mark != null && flag.equals(mark.text("value"));
  }
}
