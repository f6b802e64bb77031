package dev.turnout;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Has Micrometer's context propagation, where an application uses that, carry the open {@link
 * FlagContext} from thread to thread: in Spring's executors, and in Reactor once {@code
 * Hooks.enableAutomaticContextPropagation()} was called. Found by {@link java.util.ServiceLoader};
 * never loaded without that library.
 *
 * <p>Where nothing is open that could be carried, as in a reactive server, a {@link FlagContext}
 * can be put under {@link #KEY} into Reactor's context. Everything that is subscribed with it works
 * in it then, on whichever thread, and goes by the same decisions for a minute at a time; make one
 * for each request, or requests share them.
 */
public final class FlagContextAccessor implements ThreadLocalAccessor<Object> {
  /**
   * The key under which the context is carried: the {@link FlagContext.Scope} that was open, or a
   * {@link FlagContext} that the application put there.
   */
  public static final String KEY = "dev.turnout.FlagContext";

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  public @Nullable Object getValue() {
    return FlagContext.scope();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the value is neither a context nor one of its scopes
   */
  @Override
  public void setValue(Object value) {
    FlagContext.adopt(value);
  }

  @Override
  public void setValue() {
    FlagContext.restore(null);
  }

  // What the first releases of that library call in place of the one above, and have no default of.
  @Override
  @SuppressWarnings("deprecation") // not in those releases
  public void reset() {
    FlagContext.restore(null);
  }

  @Override
  public void restore(Object previous) {
    FlagContext.restore(previous);
  }

  @Override
  public void restore() {
    FlagContext.restore(null);
  }
}
