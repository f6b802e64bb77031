package dev.turnout.agent.route;

import dev.turnout.flags.Reason;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Puts decisions on the span that an application's own OpenTelemetry has open, by the names of the
 * OpenTelemetry semantic conventions for feature flags.
 */
final class SpanTags {
  private final MethodHandle current;
  private final MethodHandle isRecording;
  private final MethodHandle setAttribute;

  private SpanTags(MethodHandle current, MethodHandle isRecording, MethodHandle setAttribute) {
    this.current = current;
    this.isRecording = isRecording;
    this.setAttribute = setAttribute;
  }

  /**
   * Returns how to reach the spans of an application, or null if this is no such interface.
   *
   * @param span the interface {@code Span} as the application sees it
   */
  static @Nullable SpanTags of(Class<?> span) {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      MethodHandle setAttribute =
          lookup.findVirtual(
              span, "setAttribute", MethodType.methodType(span, String.class, String.class));
      return new SpanTags(
          lookup
              .findStatic(span, "current", MethodType.methodType(span))
              .asType(MethodType.methodType(Object.class)),
          lookup
              .findVirtual(span, "isRecording", MethodType.methodType(boolean.class))
              .asType(MethodType.methodType(boolean.class, Object.class)),
          setAttribute.asType(
              MethodType.methodType(void.class, Object.class, String.class, String.class)));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  void tag(String flag, String variant, Reason reason) {
    // A variable of its type: the calls below are linked by the types of their arguments.
    String why = name(reason);
    try {
      Object span = (Object) current.invokeExact();
      if ((boolean) isRecording.invokeExact(span)) {
        setAttribute.invokeExact(span, "feature_flag.key", flag);
        setAttribute.invokeExact(span, "feature_flag.result.variant", variant);
        setAttribute.invokeExact(span, "feature_flag.result.reason", why);
      }
    } catch (Throwable e) {
      // A span that takes no attribute: the call matters more.
      return;
    }
  }

  private static String name(Reason reason) {
    return switch (reason) {
      case KILLED, TRIPPED, DISABLED -> "disabled";
      case PREREQUISITE, CANARY, RING -> "targeting_match";
      case SPLIT, RANDOM -> "split";
      case STATIC -> "static";
      case DEFAULT -> "default";
      case ERROR -> "error";
    };
  }
}
