package dev.turnout.processor;

import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a fallback, or the method of a variant, can be called in a flagged method's
 * place. Three things must hold:
 *
 * <ul>
 *   <li>Both are static or neither is, and it has a body of its own.
 *   <li>The erased types are the same, because the gate hands the arguments over as they lie on the
 *       stack. They are taken as declared: a superclass's {@code T} is an {@code Object} there,
 *       even where a subclass says that it is a {@code String}.
 *   <li>The unerased types allow the call that the gate makes: each argument may be passed, and
 *       what comes back may be returned. So a {@code List<?>} may take a {@code List<String>}, but
 *       a {@code List<Integer>} may not.
 * </ul>
 */
final class Signatures {

  private final Elements elements;
  private final Types types;

  Signatures(Elements elements, Types types) {
    this.elements = elements;
    this.types = types;
  }

  /**
   * Returns what is wrong with {@code fallback}, as a clause about "it", or null if it fits. {@code
   * owner} is the flagged method's class, whose view of inherited types counts; {@code
   * failureTaken} allows it one more trailing Throwable.
   */
  @Nullable String mismatch(
      ExecutableElement flagged,
      ExecutableElement fallback,
      DeclaredType owner,
      boolean failureTaken) {
    boolean isStatic = flagged.getModifiers().contains(Modifier.STATIC);
    if (fallback.getModifiers().contains(Modifier.STATIC) != isStatic) {
      return isStatic ? "it is not static" : "it is static";
    }
    if (fallback.getModifiers().contains(Modifier.ABSTRACT)) {
      return "it is abstract, so it has no body to run";
    }
    ExecutableType call = (ExecutableType) types.asMemberOf(owner, fallback);
    TypeUnifier unifier = new TypeUnifier(types, fallback);
    @Nullable String parameters = parameters(flagged, fallback, call, unifier, failureTaken);
    return parameters != null ? parameters : result(flagged, fallback, call, unifier);
  }

  private @Nullable String parameters(
      ExecutableElement flagged,
      ExecutableElement fallback,
      ExecutableType call,
      TypeUnifier unifier,
      boolean failureTaken) {
    List<TypeMirror> wanted = declared(flagged);
    List<TypeMirror> declared = declared(fallback);
    List<? extends TypeMirror> taken = call.getParameterTypes();
    int count = wanted.size();
    boolean fits =
        taken.size() == count || (failureTaken && taken.size() == count + 1 && isThrowable(taken));
    for (int i = 0; fits && i < count; i++) {
      fits =
          sameErasure(wanted.get(i), declared.get(i))
              && (unifier.unify(taken.get(i), wanted.get(i))
                  || types.isAssignable(wanted.get(i), taken.get(i)));
    }
    return fits
        ? null
        : "it takes "
            + instead(Words.types(declared), declared, Words.types(wanted), wanted)
            + (failureTaken ? " (one more trailing Throwable is allowed)" : "");
  }

  private @Nullable String result(
      ExecutableElement flagged,
      ExecutableElement fallback,
      ExecutableType call,
      TypeUnifier unifier) {
    TypeMirror wanted = flagged.getReturnType();
    TypeMirror declared = fallback.getReturnType();
    boolean fits =
        sameErasure(wanted, declared)
            && (unifier.unify(call.getReturnType(), wanted)
                || types.isAssignable(call.getReturnType(), wanted));
    return fits
        ? null
        : "it returns " + instead(Words.type(declared), declared, Words.type(wanted), wanted);
  }

  /** Two types of one simple name are told apart by their full ones. */
  private static String instead(String is, Object fullIs, String wanted, Object fullWanted) {
    return is.equals(wanted) ? fullIs + " instead of " + fullWanted : is + " instead of " + wanted;
  }

  private boolean sameErasure(TypeMirror one, TypeMirror other) {
    return isUnknown(one)
        || isUnknown(other)
        || types.isSameType(types.erasure(one), types.erasure(other));
  }

  private static boolean isUnknown(TypeMirror type) {
    return type.getKind() == TypeKind.ERROR;
  }

  private boolean isThrowable(List<? extends TypeMirror> parameters) {
    return types.isSameType(
        parameters.get(parameters.size() - 1),
        elements.getTypeElement(Throwable.class.getName()).asType());
  }

  private static List<TypeMirror> declared(ExecutableElement method) {
    List<TypeMirror> declared = new ArrayList<>();
    for (VariableElement parameter : method.getParameters()) {
      declared.add(parameter.asType());
    }
    return declared;
  }
}
