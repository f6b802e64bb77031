package dev.turnout.agent.host;

import dev.turnout.agent.AgentLog;
import dev.turnout.agent.AgentThread;
import dev.turnout.agent.route.Gates;
import java.lang.instrument.Instrumentation;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds the libraries that applications of this JVM use by now. Only classes that an application
 * has loaded itself are touched, one look later: to load them for it would fix what it has yet to
 * decide, such as its logging. Used by one thread, but for its end.
 */
public final class HostLibraries {
  private final Instrumentation instrumentation;
  private final Sightings sightings;
  private final HostMeters meters;
  private final Gates gates;
  private final Set<Class<?>> seen = Collections.newSetFromMap(new WeakHashMap<>());
  private List<WeakReference<ClassLoader>> lastSighted = List.of();
  // Not the thread itself: some JDKs keep in it what it ran, and that is classes of applications.
  private final AtomicBoolean serving = new AtomicBoolean();
  private boolean toldSlow;

  public HostLibraries(
      Instrumentation instrumentation, Sightings sightings, HostMeters meters, Gates gates) {
    this.instrumentation = instrumentation;
    this.sightings = sightings;
    this.meters = meters;
    this.gates = gates;
  }

  /**
   * Looks at what is loaded, and has what was there at the last look too served by a thread of its
   * own: that calls meters and class loaders of the application, which may take any time, and
   * neither a kill nor a limit waits for them. Until they are done nothing further is asked of
   * them.
   */
  public void look() {
    List<Class<?>> metrics = new ArrayList<>();
    List<Class<?>> spans = new ArrayList<>();
    for (Class<?> type : seen) {
      (type.getName().equals(Sightings.METRICS) ? metrics : spans).add(type);
    }
    find();
    if (metrics.isEmpty() && spans.isEmpty()) {
      return;
    }
    if (serving.compareAndSet(false, true)) {
      start(() -> serve(metrics, spans));
    } else if (!toldSlow) {
      toldSlow = true;
      AgentLog.line(
          "the application's own Micrometer or class loaders take long to answer: until they do,"
              + " its registry and spans do not show what is new");
    }
  }

  private void find() {
    if (sightings.takeMissed()) {
      take(instrumentation.getAllLoadedClasses());
    }
    List<WeakReference<ClassLoader>> sighted = sightings.take();
    sighted.forEach(this::takeFrom);
    // Once more: at the look before, the class may have been on its way still.
    lastSighted.forEach(this::takeFrom);
    lastSighted = sighted;
  }

  private void takeFrom(WeakReference<ClassLoader> sighted) {
    ClassLoader loader = sighted.get();
    if (loader != null) {
      take(instrumentation.getInitiatedClasses(loader));
    }
  }

  private void take(Class<?>[] types) {
    for (Class<?> type : types) {
      String name = type.getName();
      if ((name.equals(Sightings.METRICS) || name.equals(Sightings.SPAN)) && !isOurs(type)) {
        seen.add(type);
      }
    }
  }

  private void start(Runnable service) {
    boolean started = false;
    try {
      var unused =
          AgentThread.start(
              "turnout-host",
              () -> {
                try {
                  service.run();
                } finally {
                  serving.set(false);
                }
              });
      started = true;
    } finally {
      if (!started) {
        serving.set(false);
      }
    }
  }

  /** Takes the meters out of the applications' registries again, on a thread of its own. */
  public void close() {
    if (meters.areRegistered()) {
      var unused = AgentThread.start("turnout-host", meters::remove);
    }
  }

  private void serve(List<Class<?>> metrics, List<Class<?>> spans) {
    metrics.forEach(meters::register);
    spans.forEach(gates::trace);
  }

  @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
  private static boolean isOurs(Class<?> type) {
    return type.getClassLoader() == HostLibraries.class.getClassLoader();
  }
}
