package dev.turnout.agent.route;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the key parameter's value into the targeting key, following a path of properties. */
final class KeyReader {
  private final List<String> path;
  private final boolean plain;
  private final Consumer<Class<?>> opener;

  // Per class of the first step's value; the values of one parameter are nearly always of one
  // class.
  private final ClassValue<@Nullable Member[]> steps =
      new ClassValue<>() {
        @Override
        protected @Nullable Member[] computeValue(Class<?> type) {
          return resolve(type);
        }
      };

  /**
   * Creates a reader.
   *
   * @param path property names, dots between; empty for the value itself
   * @param opener opens the package of a class in a named module to this one
   */
  KeyReader(String path, Consumer<Class<?>> opener) {
    this.opener = opener;
    plain = path.isEmpty();
    this.path = path.isEmpty() ? List.of() : List.of(path.split("\\.", -1));
  }

  /** Whether a text is its own key, without properties to follow. */
  boolean isPlain() {
    return plain;
  }

  /** Returns the key, or null if the value or any property on the path is null. */
  @Nullable String read(@Nullable Object value) throws ReflectiveOperationException {
    if (plain) {
      return value instanceof String text ? text : value == null ? null : value.toString();
    }
    Object at = value;
    for (int i = 0; i < path.size() && at != null; i++) {
      Member step = steps.get(at.getClass())[i];
      if (step == null) {
        throw new NoSuchMethodException(path.get(i) + " in " + at.getClass().getName());
      }
      at = step instanceof Method ? ((Method) step).invoke(at) : ((Field) step).get(at);
    }
    return at == null ? null : at.toString();
  }

  private @Nullable Member[] resolve(Class<?> type) {
    @Nullable Member[] members = new Member[path.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = property(type, path.get(i));
    }
    return members;
  }

  private @Nullable Member property(Class<?> type, String name) {
    String getter = "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    for (String candidate : List.of(name, getter)) {
      try {
        Method method = type.getMethod(candidate);
        if (method.getReturnType() != void.class && !Modifier.isStatic(method.getModifiers())) {
          open(method, method.getDeclaringClass());
          return method;
        }
      } catch (NoSuchMethodException e) {
        continue;
      }
    }
    try {
      Field field = type.getField(name);
      open(field, field.getDeclaringClass());
      return field;
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  // A public member of a class that is not public itself, such as a package-private record, or that
  // its module does not export. If it stays closed, reading it says so.
  private void open(AccessibleObject member, Class<?> owner) {
    if (!member.trySetAccessible()) {
      opener.accept(owner);
      boolean unused = member.trySetAccessible();
    }
  }
}
