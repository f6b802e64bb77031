package dev.turnout;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Has Micrometer's context propagation, where an application uses that, carry the open {@link
 * FlagContext} from thread to thread: in Reactor, in Spring's executors and the like. Found by
 * {@link java.util.ServiceLoader}; never loaded without that library.
 */
public final class FlagContextAccessor implements ThreadLocalAccessor<FlagContext.Scope> {
  /** The key under which the context is carried. */
  public static final String KEY = "dev.turnout.FlagContext";

  @Override
  public Object key() {
    return KEY;
  }

  @Override
  public FlagContext.@Nullable Scope getValue() {
    return FlagContext.scope();
  }

  @Override
  public void setValue(FlagContext.Scope scope) {
    FlagContext.adopt(scope);
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
  public void restore(FlagContext.Scope previous) {
    FlagContext.restore(previous);
  }

  @Override
  public void restore() {
    FlagContext.restore(null);
  }
}
