package dev.turnout.processor;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeParameterElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeMirror;

/** Methods and types as a complaint writes them: as in the source, without package names. */
final class Words {

  private static final Pattern ANNOTATION = Pattern.compile("@[\\w.]+(\\([^)]*\\))?,?\\s*");
  private static final Pattern PACKAGE = Pattern.compile("\\b(?:\\p{Lower}\\w*\\.)+(?=\\w)");

  private Words() {}

  static String type(TypeMirror type) {
    String text = ANNOTATION.matcher(type.toString()).replaceAll("");
    return PACKAGE.matcher(text).replaceAll("");
  }

  /** Returns {@code (String, Move)}. */
  static String types(List<? extends TypeMirror> types) {
    return types.stream().map(Words::type).collect(Collectors.joining(", ", "(", ")"));
  }

  /** Returns {@code playTurn(String, Move)}. */
  static String call(ExecutableElement method) {
    return method.getSimpleName() + parameters(method);
  }

  /**
   * Returns {@code static <T> Turn name(String, Move)}: {@code method}'s head with another name.
   */
  static String head(ExecutableElement method, CharSequence name) {
    String variables =
        method.getTypeParameters().isEmpty()
            ? ""
            : method.getTypeParameters().stream()
                .map(Words::variable)
                .collect(Collectors.joining(", ", "<", "> "));
    return (method.getModifiers().contains(Modifier.STATIC) ? "static " : "")
        + variables
        + type(method.getReturnType())
        + " "
        + name
        + parameters(method);
  }

  private static String parameters(ExecutableElement method) {
    return types(
        method.getParameters().stream().map(VariableElement::asType).collect(Collectors.toList()));
  }

  private static String variable(TypeParameterElement variable) {
    String bounds =
        variable.getBounds().stream().map(Words::type).collect(Collectors.joining(" & "));
    return bounds.isEmpty() || bounds.equals("Object")
        ? variable.toString()
        : variable + " extends " + bounds;
  }
}
