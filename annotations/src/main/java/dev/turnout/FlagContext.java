package dev.turnout;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf the current thread works: user, tenant, session, ring and further attributes. A
 * filter opens it around a request, and every gated call inside is decided for it:
 *
 * <pre>{@code
 * try (FlagContext.Scope scope = FlagContext.user(userId).ring("beta").open()) {
 *   chain.doFilter(request, response);
 * }
 * }</pre>
 *
 * <p>Inside one scope the decision of a flag is pinned by its first call, so that one request never
 * sees both implementations because a percentage was raised meanwhile, or a flag that was off then
 * was enabled. A kill, a trip or disabling the flag applies at once, and so does a reset. The next
 * scope decides anew, of the same context too.
 *
 * <p>Contexts are immutable and safe to share. A scope is in force on the thread that opened it,
 * and any thread may close it; {@link #wrap(Runnable)}, {@link #wrap(Callable)} and {@link
 * #propagating(Executor)} carry the context to another, with the decisions pinned in the scope that
 * is open where the task is wrapped. What such a task hands over in its turn goes by them for as
 * long as it runs, however long ago the scope was closed. A task that runs again and again after
 * that decides anew from its second run on. What is handed over from task to task, or carried by
 * {@link FlagContextAccessor}, for more than a minute after the scope was closed and the last task
 * that was wrapped while it was open has ended goes by decisions that are pinned for a minute each,
 * for all that goes on in this context.
 */
public final class FlagContext {

  /** The attribute that {@link #user} sets. */
  public static final String USER = "user";

  /** The attribute that {@link Builder#tenant} sets. */
  public static final String TENANT = "tenant";

  /** The attribute that {@link Builder#session} sets. */
  public static final String SESSION = "session";

  /** The attribute that {@link Builder#ring} sets. */
  public static final String RING = "ring";

  private final Map<String, String> attributes;

  // Of what goes on in this context without a scope, or long after its scope was closed.
  private final AtomicReference<@Nullable Pins> passing = new AtomicReference<>();

  private FlagContext(Map<String, String> attributes) {
    this.attributes = Collections.unmodifiableMap(attributes);
  }

  /** Starts a context for {@code user}. */
  public static Builder user(@Nullable String user) {
    return builder().set(USER, user);
  }

  /** Starts a context without a user. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the context that is open on this thread, or null. */
  public static @Nullable FlagContext current() {
    OpenScope open = OpenScope.current();
    return open == null ? null : open.context();
  }

  /** Returns the attributes, the user under {@link #USER} and so on. Unmodifiable. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /**
   * Makes this the current thread's context until the scope is closed. Scopes nest; one of the
   * context that is open already goes by the same pinned decisions.
   */
  public Scope open() {
    return OpenScope.open(this);
  }

  /** Returns a task that runs {@code task} in this context, on whichever thread runs it. */
  public Runnable wrap(Runnable task) {
    return wrap(task, System.nanoTime());
  }

  // As it would at that time.
  Runnable wrap(Runnable task, long now) {
    Objects.requireNonNull(task, "task");
    Supplier<Scope> carried = carried(now);
    return () -> {
      try (Scope ignored = carried.get()) {
        task.run();
      }
    };
  }

  /** Returns a task that calls {@code task} in this context, on whichever thread calls it. */
  public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    Supplier<Scope> carried = carried(System.nanoTime());
    return () -> {
      try (Scope ignored = carried.get()) {
        return task.call();
      }
    };
  }

  // What is handed over belongs to the scope it comes from, even where that is closed by then; what
  // is run on and on does not, nor what is handed over on and on. So a task holds the pins while it
  // runs only if the scope was open as it was wrapped.
  private Supplier<Scope> carried(long now) {
    OpenScope from = OpenScope.of(this);
    if (from == null) {
      return this::open;
    }
    Pins pins = from.pins(now);
    AtomicBoolean ran = new AtomicBoolean();
    boolean holds = !pins.isOver();
    return () -> {
      if (ran.getAndSet(true) && pins.isOver()) {
        return open();
      }
      return holds ? holding(pins) : OpenScope.open(this, pins);
    };
  }

  // Enters last: where memory or stack end before, nothing would ever close the scope, and later
  // tasks of the thread would be decided for this one's user.
  private Scope holding(Pins pins) {
    HoldingScope holding = new HoldingScope(pins);
    pins.retain();
    boolean entered = false;
    try {
      holding.scope = OpenScope.open(this, pins);
      entered = true;
    } finally {
      if (!entered) {
        pins.release(System.nanoTime());
      }
    }
    return holding;
  }

  private static final class HoldingScope implements Scope {
    private final Pins pins;
    private @Nullable Scope scope;

    HoldingScope(Pins pins) {
      this.pins = pins;
    }

    @Override
    public void close() {
      Scope entered = scope;
      if (entered != null) {
        scope = null;
        entered.close();
        pins.release(System.nanoTime());
      }
    }
  }

  /**
   * Returns an executor that runs each task in the context that is open where the task is handed
   * over; without one, as {@code executor} would.
   */
  public static Executor propagating(Executor executor) {
    return task -> executor.execute(here(task));
  }

  /** As {@link #propagating(Executor)}; what the service answers and how it ends is its own. */
  public static ExecutorService propagating(ExecutorService executor) {
    return new PropagatingExecutorService(executor);
  }

  static Runnable here(Runnable task) {
    FlagContext open = current();
    return open == null ? task : open.wrap(task);
  }

  static <T extends @Nullable Object> Callable<T> here(Callable<T> task) {
    FlagContext open = current();
    return open == null ? task : open.wrap(task);
  }

  /**
   * Starts a context from a W3C {@code baggage} header: its entries {@code turnout.NAME} are the
   * attributes. Whatever else the header holds is not looked at, and what cannot be read is left
   * out.
   *
   * @param header the value, or several joined by commas; null for none
   */
  public static Builder baggage(@Nullable String header) {
    Builder builder = builder();
    Baggage.read(header).forEach(builder::set);
    return builder;
  }

  /**
   * Returns the attributes as entries of a W3C {@code baggage} header, for a call of another
   * service that is to decide for the same user, to be appended to what others have put there;
   * empty if there are none, and then no header is to be sent. Left out is one whose name has other
   * characters than letters and digits of ASCII, {@code .}, {@code _} and {@code -}, and what there
   * is no room for in 8,192 characters, user, tenant, session and ring last.
   */
  public String toBaggage() {
    return Baggage.write(attributes);
  }

  /** What goes on in this context without a scope, or long after, goes by at {@code now}. */
  Pins passing(long now) {
    Pins known = passing.get();
    return known != null && known.hold(now)
        ? known
        : passing.updateAndGet(
            last -> last != null && last.hold(now) ? last : Pins.forAMinute(now));
  }

  /** The scope that is open on this thread, for {@link FlagContextAccessor}. */
  static @Nullable Scope scope() {
    return OpenScope.current();
  }

  /**
   * Puts a context in force on this thread: itself, or that of what {@link #scope} returned, on
   * whichever thread. It stays so when the scope is closed where it was opened.
   */
  static void adopt(Object value) {
    adopt(value, System.nanoTime());
  }

  // As it would at that time.
  static void adopt(Object value, long now) {
    if (value instanceof OpenScope) {
      OpenScope from = (OpenScope) value;
      OpenScope.adopt(from.context(), from.pins(now));
    } else if (value instanceof FlagContext) {
      FlagContext context = (FlagContext) value;
      OpenScope.adopt(context, context.passing(now));
    } else {
      throw new IllegalArgumentException(
          "what is carried under "
              + FlagContextAccessor.KEY
              + " is a "
              + value.getClass().getName()
              + ", not a FlagContext: FlagContext.user(...).build() makes one");
    }
  }

  /** Puts what {@link #scope} returned on this thread in force again; null for nothing. */
  static void restore(@Nullable Object scope) {
    OpenScope.restore((OpenScope) scope);
  }

  @Override
  public String toString() {
    return "FlagContext" + attributes;
  }

  /**
   * An open context; closing it restores the one that was open before, a second time does nothing.
   * Scopes closed out of order end with the innermost that is open still. One that is closed on
   * another thread than it was opened on ends there all the same, if no sooner: until then it is in
   * force on the thread that opened it, whatever that does meanwhile. Closing does not wait.
   */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** Collects the attributes of a context. Not safe for use by several threads. */
  public static final class Builder {
    private final Map<String, String> attributes = new HashMap<>();

    private Builder() {}

    /** The tenant, for flags that are sticky by tenant. */
    public Builder tenant(@Nullable String tenant) {
      return set(TENANT, tenant);
    }

    /** The session, for flags that are sticky by session. */
    public Builder session(@Nullable String session) {
      return set(SESSION, session);
    }

    /** The ring the caller belongs to, such as {@code internal}, {@code beta} or {@code ga}. */
    public Builder ring(@Nullable String ring) {
      return set(RING, ring);
    }

    /**
     * Sets an attribute; null removes it.
     *
     * @throws NullPointerException if {@code name} is null
     */
    public Builder set(String name, @Nullable String value) {
      Objects.requireNonNull(name, "the name of an attribute is null");
      if (value == null) {
        attributes.remove(name);
      } else {
        attributes.put(name, value);
      }
      return this;
    }

    /** Returns the context without opening it. */
    public FlagContext build() {
      return new FlagContext(new HashMap<>(attributes));
    }

    /** Opens the context on the current thread. */
    public Scope open() {
      return build().open();
    }
  }
}
