package dev.turnout.agent.host;

import dev.turnout.agent.route.Gates;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Finds the libraries that applications of this JVM use by now. Only classes that an application
 * has loaded itself are touched, one look later: to load them for it would fix what it has yet to
 * decide, such as its logging. Used by one thread.
 */
public final class HostLibraries {
  private static final String METRICS = "io.micrometer.core.instrument.Metrics";
  private static final String SPAN = "io.opentelemetry.api.trace.Span";

  private final Instrumentation instrumentation;
  private final HostMeters meters;
  private final Gates gates;
  private final Set<Class<?>> seen = Collections.newSetFromMap(new WeakHashMap<>());

  public HostLibraries(Instrumentation instrumentation, HostMeters meters, Gates gates) {
    this.instrumentation = instrumentation;
    this.meters = meters;
    this.gates = gates;
  }

  /** Looks at what is loaded, and serves what was there at the last look too. */
  public void look() {
    List<Class<?>> spans = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      String name = type.getName();
      if ((name.equals(METRICS) || name.equals(SPAN)) && !isOurs(type) && !seen.add(type)) {
        if (name.equals(METRICS)) {
          meters.register(type);
        } else {
          spans.add(type);
        }
      }
    }
    for (Class<?> span : spans) {
      gates.trace(span);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a loader is itself and no other
  private static boolean isOurs(Class<?> type) {
    return type.getClassLoader() == HostLibraries.class.getClassLoader();
  }
}
