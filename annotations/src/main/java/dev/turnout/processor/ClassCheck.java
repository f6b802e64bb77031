package dev.turnout.processor;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.annotation.processing.Messager;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/** Checks the wiring of one class at a time, and complains at the annotations in it. */
final class ClassCheck {

  // The same as FlagName of the flags module, which this one, being for applications, cannot use.
  private static final Pattern FLAG_NAME = Pattern.compile("(?![.]+$)[a-zA-Z0-9._-]{1,128}");

  // The same as Variants of the flags module.
  private static final int MOST_VARIANTS = 20;

  private final Messager messager;
  private final FallbackSearch fallbacks;
  private final KeyPath keyPath;

  ClassCheck(ProcessingEnvironment environment) {
    Types types = environment.getTypeUtils();
    this.messager = environment.getMessager();
    this.fallbacks = new FallbackSearch(environment.getElementUtils(), types);
    this.keyPath = new KeyPath(environment.getElementUtils(), types);
  }

  void check(TypeElement type) {
    for (Element member : type.getEnclosedElements()) {
      if (member instanceof ExecutableElement) {
        ExecutableElement method = (ExecutableElement) member;
        @Nullable Mark flagged = Mark.on(method, Flagged.class);
        if (flagged != null) {
          checkFlagged(type, method, flagged);
        }
        @Nullable Mark fallback = Mark.on(method, Fallback.class);
        if (fallback != null) {
          checkFallback(type, method, fallback);
        }
        checkKeys(method);
      }
    }
  }

  private void checkFlagged(TypeElement type, ExecutableElement method, Mark mark) {
    @Nullable String flag = mark.text("value");
    @Nullable String named = mark.text("fallback");
    if (flag != null && !FLAG_NAME.matcher(flag).matches()) {
      mark.error(
          messager,
          "value",
          "\""
              + flag
              + "\" is not a flag name: use 1 to 128 characters out of letters, digits, '.', '_'"
              + " and '-', and not dots alone.");
    }
    @Nullable String refusal = refusal(method);
    if (refusal != null) {
      mark.error(messager, refusal);
    } else if (flag != null && named != null) {
      @Nullable String complaint = fallbacks.complaint(type, method, flag, named);
      if (complaint != null) {
        mark.error(messager, "fallback", complaint);
      }
      checkVariants(type, method, mark);
    }
  }

  private void checkVariants(TypeElement type, ExecutableElement method, Mark flagged) {
    List<Mark> variants = flagged.marks("variants");
    if (variants.size() > MOST_VARIANTS) {
      flagged.error(
          messager,
          "variants",
          Words.call(method)
              + " has "
              + variants.size()
              + " variants: a flag has at most "
              + MOST_VARIANTS
              + ".");
    }
    Set<String> names = new HashSet<>();
    for (Mark variant : variants) {
      @Nullable String name = variant.text("name");
      @Nullable String named = variant.text("method");
      if (name == null || named == null) {
        continue;
      }
      @Nullable String wrong =
          names.add(name) ? wrongName(name) : "\"" + name + "\" is there twice.";
      if (wrong != null) {
        variant.error(messager, "name", wrong);
        continue;
      }
      @Nullable String complaint =
          named.isEmpty()
              ? "Variant \"" + name + "\" of " + Words.call(method) + " names no method."
              : fallbacks.complaintOfVariant(type, method, name, named);
      if (complaint != null) {
        variant.error(messager, "method", complaint);
      }
    }
  }

  private static @Nullable String wrongName(String variant) {
    if (variant.equals("on") || variant.equals("off")) {
      return "\""
          + variant
          + "\" cannot be a variant: it means a flag without variants. Give it another name.";
    }
    return FLAG_NAME.matcher(variant).matches()
        ? null
        : "\""
            + variant
            + "\" is not a variant's name: use 1 to 128 characters out of letters, digits, '.', '_'"
            + " and '-', and not dots alone.";
  }

  private static @Nullable String refusal(ExecutableElement method) {
    if (method.getKind() == ElementKind.CONSTRUCTOR) {
      return "A constructor cannot be @Flagged: flag a static method that creates the object.";
    }
    if (method.getModifiers().contains(Modifier.ABSTRACT)) {
      return "The abstract method "
          + Words.call(method)
          + " cannot be @Flagged: flag the method that implements it.";
    }
    if (method.getModifiers().contains(Modifier.NATIVE)) {
      return "The native method "
          + Words.call(method)
          + " cannot be @Flagged: flag a Java method that calls it.";
    }
    if (isSuspending(method)) {
      return "The suspend function "
          + method.getSimpleName()
          + " cannot be @Flagged, as it returns before its work is done: flag a plain function.";
    }
    return null;
  }

  /** A Kotlin suspend function, as kapt's stubs and class files show it. */
  private static boolean isSuspending(ExecutableElement method) {
    int count = method.getParameters().size();
    return count > 0
        && method
            .getParameters()
            .get(count - 1)
            .asType()
            .toString()
            .startsWith("kotlin.coroutines.Continuation<");
  }

  private void checkFallback(TypeElement type, ExecutableElement method, Mark mark) {
    @Nullable String flag = mark.text("value");
    if (flag != null && isOwn(type, method) && !flags(type, flag)) {
      mark.warn(
          messager,
          "value",
          "No method of "
              + type.getSimpleName()
              + " is @Flagged(\""
              + flag
              + "\"), so nothing leads to this fallback: flag the new implementation, or remove the"
              + " annotation.");
    }
  }

  /**
   * Whether only the class itself can have the method for a fallback. A subclass may be compiled
   * later and elsewhere, and no gate looks into interfaces of its class.
   */
  private static boolean isOwn(TypeElement type, ExecutableElement method) {
    return method.getModifiers().contains(Modifier.PRIVATE)
        || type.getModifiers().contains(Modifier.FINAL)
        || type.getKind().isInterface();
  }

  private static boolean flags(TypeElement type, String flag) {
    for (Element member : type.getEnclosedElements()) {
      @Nullable Mark mark = Mark.on(member, Flagged.class);
      if (mark != null && flag.equals(mark.text("value"))) {
        return true;
      }
    }
    return false;
  }

  private void checkKeys(ExecutableElement method) {
    List<VariableElement> keys = new ArrayList<>();
    for (VariableElement parameter : method.getParameters()) {
      @Nullable Mark mark = Mark.on(parameter, FlagKey.class);
      if (mark == null) {
        continue;
      }
      keys.add(parameter);
      if (keys.size() > 1) {
        mark.error(
            messager,
            Words.call(method)
                + " has two @FlagKey parameters, "
                + keys.get(0)
                + " and "
                + parameter
                + ": a call has one targeting key, so keep one of them.");
      }
      @Nullable String path = mark.text("value");
      if (path != null && !path.isEmpty()) {
        @Nullable String complaint = keyPath.complaint(parameter.asType(), path);
        if (complaint != null) {
          mark.error(messager, "value", complaint);
        }
      }
    }
  }
}
