package dev.turnout.agent.host;

import dev.turnout.agent.AgentLog;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Reason;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shows the agent's meters in the global registry of an application's own Micrometer, under the
 * names that the agent's port has. Used by one thread; the application's scrapes read the counts.
 */
public final class HostMeters {
  private static final String PACKAGE = "io.micrometer.core.instrument.";

  private final Recorders recorders;
  private final Rulebook rules;
  private final LongSupplier nanoTime;
  private final Map<Class<?>, Set<String>> registered =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final List<Registered> meters = new ArrayList<>();
  private final Map<String, Window> windows = new ConcurrentHashMap<>();

  /** A meter of a flag, or of none, and the registry that holds it. */
  private record Registered(
      String flag, WeakReference<Object> meter, WeakReference<Object> registry) {}

  public HostMeters(Recorders recorders, Rulebook rules, LongSupplier nanoTime) {
    this.recorders = recorders;
    this.rules = rules;
    this.nanoTime = nanoTime;
  }

  /**
   * Registers the meters that are not there yet.
   *
   * @param metrics the class {@code Metrics} of an application's Micrometer
   */
  void register(Class<?> metrics) {
    Set<String> known = registered.computeIfAbsent(metrics, type -> new HashSet<>());
    Set<String> flags = recorders.flags();
    forget(flags, known);
    try {
      Registry registry = new Registry(metrics);
      if (known.add("turnout.trips")) {
        registry.gauge("turnout.trips", rules, Rulebook::tripped);
      }
      for (String flag : flags) {
        for (String variant : recorders.variants(flag)) {
          if (known.add("variant " + flag + ' ' + variant)) {
            variant(registry, flag, variant);
          }
          advance(flag, variant);
        }
        for (Reason reason : recorders.decisions(flag).keySet()) {
          if (known.add("reason " + flag + ' ' + reason)) {
            registry.counter(
                "turnout.decisions",
                recorders,
                all -> all.decisions(flag).getOrDefault(reason, 0L),
                "flag",
                flag,
                "reason",
                reason.name());
          }
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      if (known.add("failed")) {
        AgentLog.line("the application's own Micrometer does not show turnout's meters: " + e);
      }
    }
  }

  /** How many variants and reasons there are to be registered. */
  int kinds() {
    int kinds = 0;
    for (String flag : recorders.flags()) {
      kinds += recorders.variants(flag).size() + recorders.decisions(flag).size();
    }
    return kinds;
  }

  /** Whether there is anything to take out again. */
  boolean areRegistered() {
    synchronized (meters) {
      return !meters.isEmpty();
    }
  }

  /**
   * Takes all meters out again. They would show what was counted last for ever, and be in the way
   * of those of the next agent that is attached.
   */
  void remove() {
    List<Registered> all;
    synchronized (meters) {
      all = List.copyOf(meters);
      meters.clear();
    }
    all.forEach(HostMeters::remove);
  }

  // Of flags that have made room for others: classes may come and go with new ones for ever.
  private void forget(Set<String> flags, Set<String> known) {
    known.removeIf(key -> isGone(key.split(" ", -1), flags));
    windows.keySet().removeIf(key -> !flags.contains(key.substring(0, key.indexOf(' '))));
    List<Registered> gone;
    synchronized (meters) {
      meters.removeIf(each -> each.meter().get() == null);
      gone =
          meters.stream()
              .filter(each -> !each.flag().isEmpty() && !flags.contains(each.flag()))
              .toList();
      meters.removeAll(Set.copyOf(gone));
    }
    gone.forEach(HostMeters::remove);
  }

  private static boolean isGone(String[] key, Set<String> flags) {
    return key.length > 1 && !flags.contains(key[1]);
  }

  private void remember(String flag, Object meter, Object registry) {
    synchronized (meters) {
      meters.add(new Registered(flag, new WeakReference<>(meter), new WeakReference<>(registry)));
    }
  }

  private static void remove(Registered each) {
    Object meter = each.meter().get();
    Object registry = each.registry().get();
    if (meter != null && registry != null) {
      remove(meter, registry);
    }
  }

  private static void remove(Object meter, Object registry) {
    try {
      Class<?> type = registry.getClass().getClassLoader().loadClass(PACKAGE + "Meter");
      registry.getClass().getMethod("remove", type).invoke(registry, meter);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      AgentLog.line("a meter stays in the application's own Micrometer: " + e);
    }
  }

  private void variant(Registry registry, String flag, String variant)
      throws ReflectiveOperationException {
    calls("error", all -> all.total(flag, variant).errors(), registry, flag, variant);
    calls("success", all -> all.successes(flag, variant), registry, flag, variant);
    calls("cancelled", all -> all.cancelled(flag, variant), registry, flag, variant);
    registry.timer(
        "turnout.latency",
        recorders,
        all -> all.total(flag, variant).latency().count(),
        all -> all.total(flag, variant).latency().sumNanos(),
        "flag",
        flag,
        "variant",
        variant);
    for (String quantile : new String[] {"0.5", "0.99"}) {
      double share = Double.parseDouble(quantile);
      registry.gauge(
          "turnout.latency.quantile",
          recorders,
          all -> recent(flag, variant, all).quantile(share) / 1e9,
          "flag",
          flag,
          "variant",
          variant,
          "quantile",
          quantile);
    }
  }

  private void calls(
      String outcome,
      ToDoubleFunction<Recorders> count,
      Registry registry,
      String flag,
      String variant)
      throws ReflectiveOperationException {
    registry.counter(
        "turnout.calls", recorders, count, "flag", flag, "variant", variant, "outcome", outcome);
  }

  // Of a whole day's calls a regression would not show for hours.
  private Histogram recent(String flag, String variant, Recorders all) {
    return window(flag, variant).of(all.total(flag, variant).latency());
  }

  private Window window(String flag, String variant) {
    return windows.computeIfAbsent(flag + ' ' + variant, path -> new Window());
  }

  private void advance(String flag, String variant) {
    Window window = window(flag, variant);
    long now = nanoTime.getAsLong();
    if (window.isDue(now)) {
      window.advance(recorders.total(flag, variant).latency(), now);
    }
  }

  /** The last one to two minutes of what grows for ever. */
  private static final class Window {
    private static final long NANOS = TimeUnit.MINUTES.toNanos(1);

    private Histogram before = Histogram.EMPTY;
    private @Nullable Histogram next;
    private long nextNanos;

    synchronized boolean isDue(long nowNanos) {
      return next == null || nowNanos - nextNanos >= NANOS;
    }

    synchronized void advance(Histogram all, long nowNanos) {
      before = next == null ? before : next;
      next = all;
      nextNanos = nowNanos;
    }

    synchronized Histogram of(Histogram all) {
      return all.minus(before);
    }
  }

  /** A global registry of another class loader; meters hold what they read weakly. */
  private final class Registry {
    private final Object registry;
    private final Class<?> registryType;
    private final ClassLoader loader;

    Registry(Class<?> metrics) throws ReflectiveOperationException {
      loader = metrics.getClassLoader();
      registry = metrics.getField("globalRegistry").get(null);
      registryType = loader.loadClass(PACKAGE + "MeterRegistry");
    }

    <T> void counter(String name, T source, ToDoubleFunction<T> value, String... tags)
        throws ReflectiveOperationException {
      Class<?> type = loader.loadClass(PACKAGE + "FunctionCounter");
      Method builder =
          type.getMethod("builder", String.class, Object.class, ToDoubleFunction.class);
      register(builder.invoke(null, name, source, value), tags);
    }

    <T> void gauge(String name, T source, ToDoubleFunction<T> value, String... tags)
        throws ReflectiveOperationException {
      Class<?> type = loader.loadClass(PACKAGE + "Gauge");
      Method builder =
          type.getMethod("builder", String.class, Object.class, ToDoubleFunction.class);
      register(builder.invoke(null, name, source, value), tags);
    }

    <T> void timer(
        String name, T source, ToLongFunction<T> count, ToDoubleFunction<T> nanos, String... tags)
        throws ReflectiveOperationException {
      Class<?> type = loader.loadClass(PACKAGE + "FunctionTimer");
      Method builder =
          type.getMethod(
              "builder",
              String.class,
              Object.class,
              ToLongFunction.class,
              ToDoubleFunction.class,
              TimeUnit.class);
      register(builder.invoke(null, name, source, count, nanos, TimeUnit.NANOSECONDS), tags);
    }

    private void register(Object builder, String... tags) throws ReflectiveOperationException {
      Object tagged =
          builder.getClass().getMethod("tags", String[].class).invoke(builder, (Object) tags);
      Object meter = tagged.getClass().getMethod("register", registryType).invoke(tagged, registry);
      remember(tags.length > 0 ? tags[1] : "", meter, registry);
    }
  }
}
