package dev.turnout.agent.route;

import dev.turnout.agent.measure.Latencies;
import java.lang.reflect.Method;
import java.util.Iterator;
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
  private static final ClassValue<Optional<ReactorType>> TYPES =
      new ClassValue<>() {
        @Override
        protected Optional<ReactorType> computeValue(Class<?> type) {
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

  private final boolean complete;
  private final Method defer;
  private final @Nullable Method doOnNext;
  private final Method doOnError;
  private final Method doOnTerminate;
  private final Method doOnCancel;
  private final @Nullable Names names;

  private ReactorType(Class<?> type, boolean complete) throws NoSuchMethodException {
    this.complete = complete;
    names = Names.of(type);
    defer = type.getMethod("defer", Supplier.class);
    // A Mono that has its value is over.
    boolean many = type.getName().equals(FLUX);
    doOnNext = many ? type.getMethod("doOnNext", Consumer.class) : null;
    doOnError = type.getMethod("doOnError", Consumer.class);
    doOnTerminate = type.getMethod("doOnTerminate", Runnable.class);
    doOnCancel = type.getMethod("doOnCancel", Runnable.class);
  }

  /** Returns how to follow values of a class, or null if they are neither Mono nor Flux. */
  static @Nullable ReactorType of(Class<?> type) {
    return TYPES.get(type).orElse(null);
  }

  private static @Nullable ReactorType find(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      String name = at.getName();
      // What stands in for one of these could do less, and callers look for more.
      if (name.equals("reactor.core.publisher.ConnectableFlux")
          || name.equals("reactor.core.publisher.GroupedFlux")) {
        return null;
      }
      if (name.equals("reactor.core.publisher.Mono") || name.equals(FLUX)) {
        try {
          return new ReactorType(at, COMPLETE.contains(type.getName()));
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
    return complete;
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
                doOnNext == null
                    ? publisher
                    : doOnNext.invoke(publisher, (Consumer<Object>) call::gave);
            followed = doOnError.invoke(followed, (Consumer<Throwable>) call::failed);
            followed = doOnTerminate.invoke(followed, (Runnable) call::ended);
            return doOnCancel.invoke(followed, (Runnable) call::cancelled);
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
    Object followed = defer.invoke(null, subscription);
    return names == null ? followed : names.give(publisher, followed);
  }

  /**
   * What the application called a publisher: its meters and messages look for that in what is
   * around it.
   */
  private static final class Names {
    private final Class<?> scannable;
    private final Method scan;
    private final Method tagsOf;
    private final Object attributeName;
    private final Object attributeTags;
    private final Object attributeParent;
    private final Method name;
    private final Method tag;

    private Names(Class<?> type) throws ReflectiveOperationException {
      ClassLoader loader = type.getClassLoader();
      scannable = Class.forName("reactor.core.Scannable", false, loader);
      Class<?> attribute = Class.forName("reactor.core.Scannable$Attr", true, loader);
      scan = scannable.getMethod("scanUnsafe", attribute);
      tagsOf = scannable.getMethod("tags");
      attributeName = attribute.getField("NAME").get(null);
      attributeTags = attribute.getField("TAGS").get(null);
      attributeParent = attribute.getField("PARENT").get(null);
      name = type.getMethod("name", String.class);
      tag = type.getMethod("tag", String.class, String.class);
    }

    // The first Reactors have no names.
    static @Nullable Names of(Class<?> type) {
      try {
        return new Names(type);
      } catch (ReflectiveOperationException | LinkageError e) {
        return null;
      }
    }

    // Most have none, and this is done for each call. So each step is asked by itself: what Reactor
    // offers for a publisher as a whole makes up a name for those that have none, and takes longer.
    Object give(Object publisher, Object followed) throws ReflectiveOperationException {
      Object given = null;
      boolean tagged = false;
      for (Object step = publisher;
          scannable.isInstance(step);
          step = scan.invoke(step, attributeParent)) {
        given = given == null ? scan.invoke(step, attributeName) : given;
        tagged |= scan.invoke(step, attributeTags) != null;
      }
      Object named = given == null ? followed : name.invoke(followed, given);
      return tagged ? tagged(publisher, named) : named;
    }

    private Object tagged(Object publisher, Object untagged) throws ReflectiveOperationException {
      Object tagged = untagged;
      for (Object each : ((Stream<?>) tagsOf.invoke(publisher)).toList()) {
        if (each instanceof Iterable<?> pair) {
          Iterator<?> parts = pair.iterator();
          tagged = tag.invoke(tagged, parts.next(), parts.next());
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
