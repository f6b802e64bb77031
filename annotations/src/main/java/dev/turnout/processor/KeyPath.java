package dev.turnout.processor;

import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.IntersectionType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/** Follows the path of a {@code @FlagKey} through the types it leads to. */
final class KeyPath {

  private final Elements elements;
  private final Types types;

  KeyPath(Elements elements, Types types) {
    this.elements = elements;
    this.types = types;
  }

  /** Returns why {@code path} leads nowhere from a value of type {@code start}, or null. */
  @Nullable String complaint(TypeMirror start, String path) {
    TypeMirror type = start;
    for (String step : path.split("\\.", -1)) {
      if (step.isEmpty()) {
        return "The key path \""
            + path
            + "\" has an empty step: write property names with one dot between them.";
      }
      if (type.getKind() == TypeKind.ERROR) {
        return null;
      }
      @Nullable TypeMirror next = follow(type, step);
      if (next == null) {
        return "The key path \"" + path + "\" leads nowhere: " + missing(type, step);
      }
      type = next;
    }
    return null;
  }

  private static String missing(TypeMirror type, String step) {
    return Words.type(type)
        + " has no public method "
        + step
        + "() or "
        + getter(step)
        + "() and no public field "
        + step
        + ".";
  }

  private @Nullable TypeMirror follow(TypeMirror type, String step) {
    switch (type.getKind()) {
      case DECLARED:
        return property((DeclaredType) type, step);
      case TYPEVAR:
        return follow(((TypeVariable) type).getUpperBound(), step);
      case INTERSECTION:
        for (TypeMirror bound : ((IntersectionType) type).getBounds()) {
          @Nullable TypeMirror next = follow(bound, step);
          if (next != null) {
            return next;
          }
        }
        return null;
      default:
        return null;
    }
  }

  private @Nullable TypeMirror property(DeclaredType type, String step) {
    // Captured, so that a step out of a Box<? extends Customer> leads to a Customer.
    DeclaredType captured = (DeclaredType) types.capture(type);
    List<? extends Element> members = elements.getAllMembers((TypeElement) captured.asElement());
    for (String name : new String[] {step, getter(step)}) {
      for (ExecutableElement method : ElementFilter.methodsIn(members)) {
        if (isReadable(method, name)
            && method.getParameters().isEmpty()
            && method.getReturnType().getKind() != TypeKind.VOID) {
          return ((ExecutableType) types.asMemberOf(captured, method)).getReturnType();
        }
      }
    }
    for (Element field : members) {
      if (field.getKind() == ElementKind.FIELD && isReadable(field, step)) {
        return types.asMemberOf(captured, field);
      }
    }
    return null;
  }

  private static boolean isReadable(Element member, String name) {
    return member.getSimpleName().contentEquals(name)
        && member.getModifiers().contains(Modifier.PUBLIC)
        && !member.getModifiers().contains(Modifier.STATIC);
  }

  private static String getter(String step) {
    return "get" + step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
  }
}
