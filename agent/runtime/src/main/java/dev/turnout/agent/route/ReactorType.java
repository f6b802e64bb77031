package dev.turnout.agent.route;

import dev.turnout.agent.measure.Latencies;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code Mono} or {@code Flux} of one application's Reactor, known by name. What they describe runs
 * when somebody subscribes, and each time: so each subscription is a call, from its beginning to
 * its end.
 *
 * <p>Those of a value or failure that is there already describe nothing that would run: they are
 * over when they are returned. They are left as they are, since Reactor and its users know them by
 * being {@code Callable}, and make less of what is put around them.
 */
final class ReactorType {
  // A class keeps what was found of it for as long as it lives. So there is nothing of ours in
  // that: it would keep an agent that was detached, with all of its classes.
  private static final ClassValue<Optional<@Nullable Object[]>> TYPES =
      new ClassValue<>() {
        @Override
        protected Optional<@Nullable Object[]> computeValue(Class<?> type) {
          return Optional.ofNullable(find(type));
        }
      };

  // Not those whose failure somebody's code has yet to make: that runs for each subscription.
  private static final Set<String> COMPLETE =
      Set.of(
          "reactor.core.publisher.MonoJust",
          "reactor.core.publisher.MonoEmpty",
          "reactor.core.publisher.MonoError",
          "reactor.core.publisher.FluxJust",
          "reactor.core.publisher.FluxEmpty",
          "reactor.core.publisher.FluxError");

  private static final String FLUX = "reactor.core.publisher.Flux";

  private static final int IS_COMPLETE = 0;
  private static final int DEFER = 1;
  private static final int DO_ON_NEXT = 2;
  private static final int DO_ON_ERROR = 3;
  private static final int DO_ON_TERMINATE = 4;
  private static final int DO_ON_CANCEL = 5;
  private static final int NAMES = 6;

  private final @Nullable Object[] parts;

  private ReactorType(@Nullable Object[] parts) {
    this.parts = parts;
  }

  /** Returns how to follow values of a class, or null if they are neither Mono nor Flux. */
  static @Nullable ReactorType of(Class<?> type) {
    @Nullable Object[] parts = TYPES.get(type).orElse(null);
    return parts == null ? null : new ReactorType(parts);
  }

  private static @Nullable Object[] parts(Class<?> type, boolean complete)
      throws NoSuchMethodException {
    // A Mono that has its value is over.
    boolean many = type.getName().equals(FLUX);
    return new @Nullable Object[] {
      complete,
      type.getMethod("defer", Supplier.class),
      many ? type.getMethod("doOnNext", Consumer.class) : null,
      type.getMethod("doOnError", Consumer.class),
      type.getMethod("doOnTerminate", Runnable.class),
      type.getMethod("doOnCancel", Runnable.class),
      Names.of(type)
    };
  }

  private static @Nullable Object @Nullable [] find(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      String name = at.getName();
      // What stands in for one of these could do less, and callers look for more.
      if (name.equals("reactor.core.publisher.ConnectableFlux")
          || name.equals("reactor.core.publisher.GroupedFlux")) {
        return null;
      }
      if (name.equals("reactor.core.publisher.Mono") || name.equals(FLUX)) {
        try {
          return parts(at, COMPLETE.contains(type.getName()));
        } catch (NoSuchMethodException e) {
          // A Reactor that is not ours to know: its values are left alone.
          return null;
        }
      }
    }
    return null;
  }

  /** Whether values of the class are over before anybody subscribes. */
  boolean isComplete() {
    return Boolean.TRUE.equals(parts[IS_COMPLETE]);
  }

  /** Returns how a publisher that {@link #isComplete} failed, or null if it did not. */
  static @Nullable Throwable failure(Object publisher) {
    try {
      if (publisher instanceof Callable<?> scalar) {
        var unused = scalar.call();
      }
      return null;
    } catch (Throwable e) {
      // What a Callable may not throw comes wrapped.
      boolean wrapped = e.getClass().getName().equals("reactor.core.Exceptions$ReactiveException");
      return wrapped && e.getCause() != null ? e.getCause() : e;
    }
  }

  /** Returns what behaves as {@code publisher} does and has each subscription recorded. */
  Object follow(Object publisher, RecordedPath path) throws ReflectiveOperationException {
    Supplier<Object> subscription =
        () -> {
          boolean[] following = Following.enter();
          if (following == null) {
            return publisher;
          }
          Subscription call = null;
          try {
            call = new Subscription(path);
            Object followed =
                parts[DO_ON_NEXT] == null
                    ? publisher
                    : invoke(DO_ON_NEXT, publisher, (Consumer<Object>) call::gave);
            followed = invoke(DO_ON_ERROR, followed, (Consumer<Throwable>) call::failed);
            followed = invoke(DO_ON_TERMINATE, followed, (Runnable) call::ended);
            return invoke(DO_ON_CANCEL, followed, (Runnable) call::cancelled);
          } catch (Throwable e) {
            // Whatever it was: who subscribes gets what the method returned.
            if (call != null) {
              call.ended();
            }
            return publisher;
          } finally {
            following[0] = false;
          }
        };
    Object followed = invoke(DEFER, null, subscription);
    Object[] names = (Object[]) parts[NAMES];
    return names == null ? followed : Names.give(names, publisher, followed);
  }

  private Object invoke(int part, @Nullable Object on, Object argument)
      throws ReflectiveOperationException {
    return ((Method) Objects.requireNonNull(parts[part])).invoke(on, argument);
  }

  /**
   * What the application called a publisher: its meters and messages look for that in what is
   * around it.
   */
  private static final class Names {
    private static final int SCANNABLE = 0;
    private static final int SCAN = 1;
    private static final int TAGS_OF = 2;
    private static final int ATTRIBUTE_NAME = 3;
    private static final int ATTRIBUTE_TAGS = 4;
    private static final int ATTRIBUTE_PARENT = 5;
    private static final int NAME = 6;
    private static final int TAG = 7;

    private Names() {}

    // The first Reactors have no names.
    static Object @Nullable [] of(Class<?> type) {
      try {
        ClassLoader loader = type.getClassLoader();
        Class<?> scannable = Class.forName("reactor.core.Scannable", false, loader);
        Class<?> attribute = Class.forName("reactor.core.Scannable$Attr", true, loader);
        return new Object[] {
          scannable,
          scannable.getMethod("scanUnsafe", attribute),
          scannable.getMethod("tags"),
          attribute.getField("NAME").get(null),
          attribute.getField("TAGS").get(null),
          attribute.getField("PARENT").get(null),
          type.getMethod("name", String.class),
          type.getMethod("tag", String.class, String.class)
        };
      } catch (ReflectiveOperationException | LinkageError e) {
        return null;
      }
    }

    // Most have none, and this is done for each call. So each step is asked by itself: what Reactor
    // offers for a publisher as a whole makes up a name for those that have none, and takes longer.
    static Object give(Object[] parts, Object publisher, Object followed)
        throws ReflectiveOperationException {
      Class<?> scannable = (Class<?>) parts[SCANNABLE];
      Method scan = (Method) parts[SCAN];
      Object given = null;
      boolean tagged = false;
      for (Object step = publisher;
          scannable.isInstance(step);
          step = scan.invoke(step, parts[ATTRIBUTE_PARENT])) {
        given = given == null ? scan.invoke(step, parts[ATTRIBUTE_NAME]) : given;
        tagged |= scan.invoke(step, parts[ATTRIBUTE_TAGS]) != null;
      }
      Object named = given == null ? followed : ((Method) parts[NAME]).invoke(followed, given);
      return tagged ? tagged(parts, publisher, named) : named;
    }

    private static Object tagged(Object[] parts, Object publisher, Object untagged)
        throws ReflectiveOperationException {
      Object tagged = untagged;
      for (Object each : ((Stream<?>) ((Method) parts[TAGS_OF]).invoke(publisher)).toList()) {
        if (each instanceof Iterable<?> pair) {
          Iterator<?> names = pair.iterator();
          tagged = ((Method) parts[TAG]).invoke(tagged, names.next(), names.next());
        }
      }
      return tagged;
    }
  }

  /** One subscription; the first thing that ends it counts. */
  private static final class Subscription {
    private final RecordedPath path;
    private final Latencies.@Nullable Later later;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean used;

    Subscription(RecordedPath path) {
      this.path = path;
      later = path.beginLater();
    }

    void gave(Object value) {
      if (!used) {
        used = true;
      }
    }

    void failed(Throwable failure) {
      if (over.compareAndSet(false, true)) {
        path.ended(later, failure);
      }
    }

    void ended() {
      if (over.compareAndSet(false, true)) {
        path.ended(later, null);
      }
    }

    // Who takes as much as is wanted of a Flux ends it so: that is no call that was given up.
    void cancelled() {
      if (used) {
        ended();
      } else if (over.compareAndSet(false, true)) {
        path.cancelled(later);
      }
    }
  }
}
