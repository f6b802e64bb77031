package dev.turnout.agent.route;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code FlagContext} that a class loader's code opened. The agent knows that class by
 * name only: each application has its own copy of it, or none.
 */
final class AmbientContext {
  private static final String NAME = "dev.turnout.FlagContext";

  private final ThreadLocal<?> current;
  private final MethodHandle attributes;
  private final MethodHandle pins;

  private AmbientContext(ThreadLocal<?> current, MethodHandle attributes, MethodHandle pins) {
    this.current = current;
    this.attributes = attributes;
    this.pins = pins;
  }

  /** Returns the reader for what {@code loader} sees, or null if it sees no {@code FlagContext}. */
  static @Nullable AmbientContext of(@Nullable ClassLoader loader) {
    try {
      Class<?> type = Class.forName(NAME, true, loader);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Field current = accessible(type, "CURRENT");
      return new AmbientContext(
          (ThreadLocal<?>) current.get(null),
          lookup
              .unreflectGetter(accessible(type, "attributes"))
              .asType(MethodType.methodType(Map.class, Object.class)),
          lookup
              .unreflectGetter(accessible(type, "pins"))
              .asType(MethodType.methodType(ConcurrentMap.class, Object.class)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  private static Field accessible(Class<?> type, String name) throws NoSuchFieldException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  /** The context open on this thread, or null. */
  @Nullable Object current() {
    return current.get();
  }

  @SuppressWarnings("unchecked") // the field's declared type
  Map<String, String> attributes(Object context) throws Throwable {
    return (Map<String, String>) attributes.invokeExact(context);
  }

  @SuppressWarnings("unchecked") // the field's declared type
  ConcurrentMap<String, Object> pins(Object context) throws Throwable {
    return (ConcurrentMap<String, Object>) pins.invokeExact(context);
  }
}
