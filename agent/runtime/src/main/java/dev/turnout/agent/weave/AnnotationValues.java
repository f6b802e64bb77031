package dev.turnout.agent.weave;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an annotation in a class file says. What it leaves at its default is not there: the
 * annotations are known by name only, and need not be there when the application runs.
 *
 * <p>A text is a {@code String}, a class its name, a constant of an enum its name, an array a list,
 * an annotation a map.
 */
final class AnnotationValues extends AnnotationVisitor {
  private final Map<String, Object> values = new HashMap<>();

  AnnotationValues() {
    super(Opcodes.ASM9);
  }

  /** The values by name; filled while the annotation is visited. */
  Map<String, Object> asMap() {
    return values;
  }

  /** Returns a text; empty if it was left at its default. */
  static String text(Map<String, Object> values, String name) {
    return values.get(name) instanceof String text ? text : "";
  }

  /** Returns an array of texts or classes; empty if it was left at its default. */
  static List<String> texts(Map<String, Object> values, String name) {
    List<String> texts = new ArrayList<>();
    if (values.get(name) instanceof List<?> list) {
      for (Object element : list) {
        texts.add(String.valueOf(element));
      }
    }
    return texts;
  }

  @Override
  public void visit(@Nullable String name, Object value) {
    put(name, value instanceof Type type ? type.getClassName() : value);
  }

  @Override
  public void visitEnum(@Nullable String name, String type, String constant) {
    put(name, constant);
  }

  @Override
  public AnnotationVisitor visitAnnotation(@Nullable String name, String type) {
    AnnotationValues nested = new AnnotationValues();
    put(name, nested.values);
    return nested;
  }

  @Override
  public AnnotationVisitor visitArray(String name) {
    List<Object> elements = new ArrayList<>();
    put(name, elements);
    return new Elements(elements);
  }

  private void put(@Nullable String name, Object value) {
    values.put(String.valueOf(name), value);
  }

  private static final class Elements extends AnnotationVisitor {
    private final List<Object> elements;

    Elements(List<Object> elements) {
      super(Opcodes.ASM9);
      this.elements = elements;
    }

    @Override
    public void visit(@Nullable String name, Object value) {
      elements.add(value instanceof Type type ? type.getClassName() : value);
    }

    @Override
    public AnnotationVisitor visitAnnotation(@Nullable String name, String type) {
      AnnotationValues nested = new AnnotationValues();
      elements.add(nested.values);
      return nested;
    }
  }
}
