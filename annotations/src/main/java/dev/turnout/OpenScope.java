package dev.turnout;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A context in force on a thread. The scopes of a thread form a chain from the innermost outwards,
 * which that thread alone follows and changes; to close a scope is for any thread. One that was
 * closed out of turn or elsewhere counts no more from then on, and leaves the chain when its thread
 * next opens or closes a scope.
 */
final class OpenScope implements FlagContext.Scope {

  // The agent reads these two by name. It knows this class in as many copies as there are class
  // loaders with one, so what it reads is made of the JDK's types: a scope is an array of its
  // attributes, its pins (flag name to whatever the agent keeps; null once it is closed, for these
  // are read in any case), the array of the scope around it, and itself; not any more once it is
  // closed: a thread that does nothing else would hold on to the application's loader by it.
  private static final ThreadLocal<Object @Nullable []> CURRENT = new ThreadLocal<>();

  // Spares applications that never open a context the look at the thread. The agent reads it before
  // it reads an array: what was written before this was, it sees.
  private static final AtomicBoolean USED = new AtomicBoolean();

  private static final int PINS = 1;
  private static final int OUTER = 2;
  private static final int SCOPE = 3;

  private final FlagContext context;
  private final Pins pins;
  private final boolean endsPins;
  private final Object[] published;
  private volatile boolean closed;

  private OpenScope(FlagContext context, Pins pins, boolean endsPins, @Nullable OpenScope outer) {
    this.context = context;
    this.pins = pins;
    this.endsPins = endsPins;
    Object around = outer == null ? null : outer.published;
    published = new Object[] {context.attributes(), pins.decisions(), around, this};
  }

  /** Opens a scope of {@code context}; inside one of the same context with that one's pins. */
  static OpenScope open(FlagContext context) {
    OpenScope here = of(context);
    return here == null ? open(context, new Pins(), true) : open(context, here.pins, false);
  }

  /** Opens a scope of {@code context} with the pins of another, which may have been closed. */
  static OpenScope open(FlagContext context, Pins pins) {
    return open(context, pins, false);
  }

  private static OpenScope open(FlagContext context, Pins pins, boolean endsPins) {
    OpenScope outer = current();
    dropClosed(outer);
    OpenScope scope = new OpenScope(context, pins, endsPins, outer);
    scope.enter();
    return scope;
  }

  /** Has this thread work in {@code context} alone, until another is put in force there. */
  static void adopt(FlagContext context, Pins pins) {
    new OpenScope(context, pins, false, null).enter();
  }

  /** Puts the innermost scope that is open still in force, from one outwards; null for none. */
  static void restore(@Nullable OpenScope from) {
    OpenScope open = firstOpen(from);
    if (open == null) {
      CURRENT.remove();
    } else {
      open.enter();
    }
  }

  /** The innermost scope that is open on this thread, or null. */
  static @Nullable OpenScope current() {
    return firstOpen(last());
  }

  /** The innermost scope of {@code context} that is open on this thread, or null. */
  static @Nullable OpenScope of(FlagContext context) {
    OpenScope scope = current();
    while (scope != null && scope.context != context) {
      scope = firstOpen(scope.outer());
    }
    return scope;
  }

  FlagContext context() {
    return context;
  }

  /** What is handed over from this scope at {@code now} goes by. */
  Pins pins(long now) {
    return pins.hold(now) ? pins : context.passing(now);
  }

  // The one put in force last; it may be closed by now.
  private static @Nullable OpenScope last() {
    return scope(CURRENT.get());
  }

  private @Nullable OpenScope outer() {
    return scope((Object[]) published[OUTER]);
  }

  // Past those that are closed, whose arrays do not lead to them any more.
  private static @Nullable OpenScope scope(Object @Nullable [] innermost) {
    Object[] published = innermost;
    while (published != null) {
      OpenScope scope = (OpenScope) published[SCOPE];
      if (scope != null) {
        return scope;
      }
      published = (Object[]) published[OUTER];
    }
    return null;
  }

  private static @Nullable OpenScope firstOpen(@Nullable OpenScope from) {
    OpenScope scope = from;
    while (scope != null && scope.closed) {
      scope = scope.outer();
    }
    return scope;
  }

  // Where scopes are closed out of turn for good, one would hold on to the next without end.
  private static void dropClosed(@Nullable OpenScope innermost) {
    OpenScope scope = innermost;
    while (scope != null) {
      OpenScope outer = firstOpen(scope.outer());
      scope.published[OUTER] = outer == null ? null : outer.published;
      scope = outer;
    }
  }

  private void enter() {
    if (!USED.get()) {
      USED.set(true);
    }
    CURRENT.set(published);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (endsPins) {
      pins.end(System.nanoTime());
    }
    Object[] last = CURRENT.get();
    published[PINS] = null;
    closed = true;
    // It may be in force on another thread, which is not to hold on to this by its array.
    published[SCOPE] = null;
    if (last != published) {
      // The gates there are to see it.
      USED.set(true);
    }
    if (last != null && last[SCOPE] == null) {
      restore(scope(last));
    }
  }
}
