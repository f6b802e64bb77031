package dev.turnout.agent.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code FlagContext} that a class loader's code opened. The agent knows the class of its
 * scopes by name only: each application has its own copy of it, or none. What that holds for the
 * agent is made of the JDK's types, so nothing is reflective on the call path.
 */
final class AmbientContext {
  private static final String NAME = "dev.turnout.OpenScope";
  private static final AmbientContext NONE =
      new AmbientContext(new AtomicBoolean(), new ThreadLocal<>());
  private static final int ATTRIBUTES = 0;
  private static final int PINS = 1;
  private static final int OUTER = 2;

  private final AtomicBoolean used;
  private final ThreadLocal<Object @Nullable []> current;

  private AmbientContext(AtomicBoolean used, ThreadLocal<Object @Nullable []> current) {
    this.used = used;
    this.current = current;
  }

  /**
   * Returns the reader for what {@code loader} sees; one that never finds a context if nothing.
   *
   * @param opener opens the package of a class in a named module to the agent's
   */
  @SuppressWarnings("unchecked") // the field's declared type
  static AmbientContext of(@Nullable ClassLoader loader, Consumer<Class<?>> opener) {
    try {
      Class<?> type = Class.forName(NAME, true, loader);
      opener.accept(type);
      return new AmbientContext(
          (AtomicBoolean) field(type, "USED", AtomicBoolean.class).get(),
          (ThreadLocal<Object @Nullable []>) field(type, "CURRENT", ThreadLocal.class).get());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return NONE;
    }
  }

  // Reflection would read them too, and makes code for that first.
  private static VarHandle field(Class<?> type, String name, Class<?> of)
      throws ReflectiveOperationException {
    return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
        .findStaticVarHandle(type, name, of);
  }

  /** Whether any thread ever opened a context. To be read before {@link #current} is asked. */
  AtomicBoolean used() {
    return used;
  }

  /** The context open on this thread, or null. */
  Object @Nullable [] current() {
    Object[] context = current.get();
    // Closed by another thread, or out of turn. What it wrote is seen by whoever has read "used"
    // since.
    while (context != null && context[PINS] == null) {
      context = (Object[]) context[OUTER];
    }
    return context;
  }

  @SuppressWarnings("unchecked") // as OpenScope fills it
  static Map<String, String> attributes(Object[] context) {
    return (Map<String, String>) context[ATTRIBUTES];
  }

  @SuppressWarnings("unchecked") // as OpenScope fills it
  static ConcurrentMap<String, Object> pins(Object[] context) {
    Object pins = context[PINS];
    // It was open when it was found, and has been closed by another thread since.
    return pins == null ? new ConcurrentHashMap<>() : (ConcurrentMap<String, Object>) pins;
  }
}
