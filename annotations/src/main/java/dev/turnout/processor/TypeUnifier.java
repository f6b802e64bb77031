package dev.turnout.processor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ErrorType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import javax.lang.model.type.WildcardType;
import javax.lang.model.util.SimpleTypeVisitor8;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/**
 * Finds what the type variables of a generic fallback stand for in one call, so that {@code <U> U
 * oldLoad(List<U>)} fits {@code <T> T load(List<T>)} as well as {@code String load(List<String>)}.
 * What a variable is first seen to stand for, it stands for in the rest of the signature. Bounds
 * are not looked at; the erasures, compared elsewhere, cover the common cases.
 */
final class TypeUnifier extends SimpleTypeVisitor8<Boolean, TypeMirror> {

  private final Types types;
  private final ExecutableElement method;
  private final Map<Element, TypeMirror> bindings = new HashMap<>();

  /** Starts a call of {@code method}, with nothing known about its type variables. */
  TypeUnifier(Types types, ExecutableElement method) {
    super(false);
    this.types = types;
    this.method = method;
  }

  /** Returns whether {@code type}, from the method's signature, is {@code other} in this call. */
  boolean unify(TypeMirror type, TypeMirror other) {
    return other.getKind() == TypeKind.ERROR || type.accept(this, other);
  }

  @Override
  protected Boolean defaultAction(TypeMirror type, TypeMirror other) {
    return types.isSameType(type, other);
  }

  @Override
  public Boolean visitError(ErrorType type, TypeMirror other) {
    return true;
  }

  @Override
  public Boolean visitTypeVariable(TypeVariable type, TypeMirror other) {
    Element variable = type.asElement();
    if (!method.equals(variable.getEnclosingElement())) {
      return types.isSameType(type, other);
    }
    @Nullable TypeMirror known = bindings.putIfAbsent(variable, other);
    return known == null || types.isSameType(known, other);
  }

  @Override
  public Boolean visitArray(ArrayType type, TypeMirror other) {
    return other.getKind() == TypeKind.ARRAY
        && unify(type.getComponentType(), ((ArrayType) other).getComponentType());
  }

  @Override
  public Boolean visitDeclared(DeclaredType type, TypeMirror other) {
    if (other.getKind() != TypeKind.DECLARED) {
      return false;
    }
    DeclaredType declared = (DeclaredType) other;
    List<? extends TypeMirror> arguments = type.getTypeArguments();
    List<? extends TypeMirror> others = declared.getTypeArguments();
    boolean same =
        type.asElement().equals(declared.asElement())
            && arguments.size() == others.size()
            && unify(type.getEnclosingType(), declared.getEnclosingType());
    for (int i = 0; same && i < arguments.size(); i++) {
      same = unify(arguments.get(i), others.get(i));
    }
    return same;
  }

  @Override
  public Boolean visitWildcard(WildcardType type, TypeMirror other) {
    if (other.getKind() != TypeKind.WILDCARD) {
      return false;
    }
    WildcardType wildcard = (WildcardType) other;
    return bound(type.getExtendsBound(), wildcard.getExtendsBound())
        && bound(type.getSuperBound(), wildcard.getSuperBound());
  }

  private boolean bound(@Nullable TypeMirror type, @Nullable TypeMirror other) {
    if (type == null || other == null) {
      return type == null && other == null;
    }
    return unify(type, other);
  }
}
