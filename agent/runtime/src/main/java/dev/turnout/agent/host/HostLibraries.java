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
  // A minute's, after which the latencies of the last minutes are others.
  private static final int MOST_LOOKS = 12;

  private final Instrumentation instrumentation;
  private final Sightings sightings;
  private final HostMeters meters;
  private final Gates gates;
  private final Set<Class<?>> seen = Collections.newSetFromMap(new WeakHashMap<>());
  private List<WeakReference<ClassLoader>> lastSighted = List.of();
  // Not the thread itself: some JDKs keep in it what it ran, and that is classes of applications.
  private final AtomicBoolean serving = new AtomicBoolean();
  private boolean toldSlow;

  // Whether anything was found that was not served yet.
  private boolean anew;

  // How much there was to be told when it last was, and the looks since.
  private int toldOf;
  private int looksSince;

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
    if (isDue()) {
      for (Class<?> type : seen) {
        (type.getName().equals(Sightings.METRICS) ? metrics : spans).add(type);
      }
    }
    boolean found = find();
    anew |= found;
    if (metrics.isEmpty() && spans.isEmpty()) {
      return;
    }
    if (serving.compareAndSet(false, true)) {
      start(() -> serve(metrics, spans));
      anew = found;
      toldOf = kinds();
      looksSince = 0;
    } else if (!toldSlow) {
      toldSlow = true;
      AgentLog.line(
          "the application's own Micrometer or class loaders take long to answer: until they do,"
              + " its registry and spans do not show what is new");
    }
  }

  // To touch what is weakly held keeps it, and with it the application it is of, from a collector
  // that marks meanwhile. So it is left alone while there is nothing to be told.
  private boolean isDue() {
    looksSince++;
    return anew || looksSince >= MOST_LOOKS || kinds() != toldOf;
  }

  private int kinds() {
    return meters.kinds() + gates.linked();
  }

  // Returns whether there is any that was not known.
  private boolean find() {
    boolean found = false;
    if (sightings.takeMissed()) {
      found = take(instrumentation.getAllLoadedClasses());
    }
    List<WeakReference<ClassLoader>> sighted = sightings.take();
    for (WeakReference<ClassLoader> each : sighted) {
      found |= takeFrom(each);
    }
    // Once more: at the look before, the class may have been on its way still.
    for (WeakReference<ClassLoader> each : lastSighted) {
      found |= takeFrom(each);
    }
    lastSighted = sighted;
    return found;
  }

  private boolean takeFrom(WeakReference<ClassLoader> sighted) {
    ClassLoader loader = sighted.get();
    return loader != null && take(instrumentation.getInitiatedClasses(loader));
  }

  private boolean take(Class<?>[] types) {
    boolean found = false;
    for (Class<?> type : types) {
      String name = type.getName();
      if ((name.equals(Sightings.METRICS) || name.equals(Sightings.SPAN)) && !isOurs(type)) {
        found |= seen.add(type);
      }
    }
    return found;
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
