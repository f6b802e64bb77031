package dev.turnout.processor;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.annotation.processing.Messager;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import org.jspecify.annotations.Nullable;

/** One of Turnout's annotations at one place in the source, which is where complaints point. */
final class Mark {

  /** What javac reads where a value could not be resolved; it has complained about that itself. */
  private static final String UNRESOLVED = "<error>";

  private final Element element;
  private final AnnotationMirror mirror;

  // What is written there, and where that is one value of the mirror, that value.
  private final AnnotationMirror content;
  private final @Nullable AnnotationValue place;

  private Mark(
      Element element,
      AnnotationMirror mirror,
      AnnotationMirror content,
      @Nullable AnnotationValue place) {
    this.element = element;
    this.mirror = mirror;
    this.content = content;
    this.place = place;
  }

  /** Returns the annotation of {@code type} on {@code element}, or null if there is none. */
  static @Nullable Mark on(Element element, Class<? extends Annotation> type) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      TypeElement declared = (TypeElement) mirror.getAnnotationType().asElement();
      if (declared.getQualifiedName().contentEquals(type.getName())) {
        return new Mark(element, mirror, mirror, null);
      }
    }
    return null;
  }

  /** Returns the text written for {@code member}; empty if none is, null if it is unresolved. */
  @Nullable String text(String member) {
    AnnotationValue written = written(member);
    if (written == null) {
      return "";
    }
    Object value = written.getValue();
    return value instanceof String && !value.equals(UNRESOLVED) ? (String) value : null;
  }

  /** Returns the annotations written for {@code member}, but for those javac could not resolve. */
  List<Mark> marks(String member) {
    List<Mark> marks = new ArrayList<>();
    AnnotationValue written = written(member);
    if (written != null && written.getValue() instanceof List<?>) {
      for (Object one : (List<?>) written.getValue()) {
        AnnotationValue value = (AnnotationValue) one;
        if (value.getValue() instanceof AnnotationMirror) {
          marks.add(new Mark(element, mirror, (AnnotationMirror) value.getValue(), value));
        }
      }
    }
    return marks;
  }

  /** Complains at the annotation. */
  void error(Messager messager, String message) {
    messager.printMessage(Diagnostic.Kind.ERROR, message, element, mirror, place);
  }

  /** Complains at what is written for {@code member}, or at the annotation if nothing is. */
  void error(Messager messager, String member, String message) {
    print(messager, Diagnostic.Kind.ERROR, member, message);
  }

  /** Warns at what is written for {@code member}, or at the annotation if nothing is. */
  void warn(Messager messager, String member, String message) {
    print(messager, Diagnostic.Kind.WARNING, member, message);
  }

  private void print(Messager messager, Diagnostic.Kind kind, String member, String message) {
    AnnotationValue written = written(member);
    messager.printMessage(kind, message, element, mirror, written == null ? place : written);
  }

  private @Nullable AnnotationValue written(String member) {
    for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
        content.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(member)) {
        return entry.getValue();
      }
    }
    return null;
  }
}
