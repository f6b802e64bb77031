package dev.turnout.agent.host;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the libraries that the agent serves were seen coming. To look through all loaded classes
 * again and again would find them too, and keep the loaders of classes that nobody uses any more
 * alive: each look during a concurrent marking marks them.
 *
 * <p>Told on the application's threads, under their locks: compares and takes note, nothing else.
 */
public final class Sightings {
  static final String METRICS = "io.micrometer.core.instrument.Metrics";
  static final String SPAN = "io.opentelemetry.api.trace.Span";

  // As class files have them.
  private static final String METRICS_FILE = "io/micrometer/core/instrument/Metrics";
  private static final String SPAN_FILE = "io/opentelemetry/api/trace/Span";

  private static final int MOST = 1_000;

  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

  // What was loaded before the agent came it has not seen.
  private boolean missed = true;

  /**
   * A class is about to be loaded.
   *
   * @param internalName its name, slashes between
   */
  public void coming(String internalName, ClassLoader loader) {
    if (internalName.equals(METRICS_FILE) || internalName.equals(SPAN_FILE)) {
      add(loader);
    }
  }

  private synchronized void add(ClassLoader loader) {
    if (loaders.size() < MOST) {
      loaders.add(new WeakReference<>(loader));
    } else {
      missed = true;
    }
  }

  /** Returns, once, whether any may be loaded that was not seen coming. */
  synchronized boolean takeMissed() {
    boolean was = missed;
    missed = false;
    return was;
  }

  /** Returns, once, the loaders that were seen with any. */
  synchronized List<WeakReference<ClassLoader>> take() {
    List<WeakReference<ClassLoader>> taken = List.copyOf(loaders);
    loaders.clear();
    return taken;
  }
}
