package dev.turnout.processor;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/** A class with its superclasses, and which of their methods a gate in it would run. */
final class Lineage {

  private final TypeElement owner;
  private final Elements elements;
  private final Types types;

  Lineage(TypeElement owner, Elements elements, Types types) {
    this.owner = owner;
    this.elements = elements;
    this.types = types;
  }

  TypeElement owner() {
    return owner;
  }

  /** Returns the class and its superclasses, nearest first, but for Object. */
  List<TypeElement> all() {
    List<TypeElement> all = new ArrayList<>();
    @Nullable TypeElement next = owner;
    while (next != null && !next.getQualifiedName().contentEquals(Object.class.getName())) {
      all.add(next);
      TypeMirror parent = next.getSuperclass();
      next =
          parent.getKind() == TypeKind.DECLARED
              ? (TypeElement) ((DeclaredType) parent).asElement()
              : null;
    }
    return all;
  }

  /** Returns those that come before the first of the JDK, where the agent ends its search too. */
  List<TypeElement> searched() {
    List<TypeElement> searched = new ArrayList<>();
    for (TypeElement type : all()) {
      if (isOfTheJdk(type)) {
        break;
      }
      searched.add(type);
    }
    return searched;
  }

  // Of the packages that the JVM keeps for it.
  private static boolean isOfTheJdk(TypeElement type) {
    return type.getQualifiedName().toString().startsWith("java.");
  }

  /** The gate calls the fallback from the flagged method's class, with that class's own rights. */
  boolean mayCall(ExecutableElement method) {
    TypeElement type = declaring(method);
    return type.equals(owner)
        || method.getModifiers().contains(Modifier.PUBLIC)
        || method.getModifiers().contains(Modifier.PROTECTED)
        || (!method.getModifiers().contains(Modifier.PRIVATE)
            && elements.getPackageOf(type).equals(elements.getPackageOf(owner)));
  }

  /**
   * Returns what a call of {@code method} runs in this class: the JVM takes the nearest method of
   * that name and erased type, whether this class may call it or not, and be it the one that calls.
   */
  ExecutableElement run(ExecutableElement method) {
    for (TypeElement type : searched()) {
      for (ExecutableElement nearest : ElementFilter.methodsIn(type.getEnclosedElements())) {
        if (takesThePlaceOf(method, nearest)) {
          return nearest;
        }
      }
    }
    return method;
  }

  // What overrides with another erased type has a bridge of the one that it overrides.
  private boolean takesThePlaceOf(ExecutableElement method, ExecutableElement nearest) {
    return nearest.equals(method)
        || (nearest.getSimpleName().equals(method.getSimpleName())
            && (sameErasure(nearest, method) || elements.overrides(nearest, method, owner)));
  }

  private boolean sameErasure(ExecutableElement one, ExecutableElement other) {
    int count = one.getParameters().size();
    boolean same =
        count == other.getParameters().size()
            && sameErasure(one.getReturnType(), other.getReturnType());
    for (int i = 0; same && i < count; i++) {
      same =
          sameErasure(one.getParameters().get(i).asType(), other.getParameters().get(i).asType());
    }
    return same;
  }

  private boolean sameErasure(TypeMirror one, TypeMirror other) {
    return types.isSameType(types.erasure(one), types.erasure(other));
  }

  /** Returns the class that a method is written in. */
  static TypeElement declaring(ExecutableElement method) {
    return (TypeElement) Objects.requireNonNull(method.getEnclosingElement());
  }
}
