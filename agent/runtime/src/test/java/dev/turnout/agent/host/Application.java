package dev.turnout.agent.host;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A class loader with a Micrometer of its own, as an application has one. */
class Application extends URLClassLoader {
  private static final String PACKAGE = "io.micrometer.core.instrument.";

  Application() throws MalformedURLException {
    super(jars(), ClassLoader.getPlatformClassLoader());
  }

  private static URL[] jars() throws MalformedURLException {
    List<URL> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (entry.contains("micrometer") || entry.contains("HdrHistogram")) {
        jars.add(Path.of(entry).toUri().toURL());
      }
    }
    return jars.toArray(URL[]::new);
  }

  /** The class that has the global registry. */
  Class<?> metrics() throws ClassNotFoundException {
    return loadClass(PACKAGE + "Metrics");
  }

  /** Adds a registry to the global one, and returns it. */
  Object addRegistry() throws ReflectiveOperationException {
    Object simple =
        loadClass(PACKAGE + "simple.SimpleMeterRegistry").getDeclaredConstructor().newInstance();
    metrics().getMethod("addRegistry", loadClass(PACKAGE + "MeterRegistry")).invoke(null, simple);
    return simple;
  }

  /** The meters of a registry, each with what it measured. */
  List<String> meters(Object registry) throws ReflectiveOperationException {
    List<String> seen = new ArrayList<>();
    for (Object meter :
        (Collection<?>) registry.getClass().getMethod("getMeters").invoke(registry)) {
      seen.add(
          meter.getClass().getMethod("getId").invoke(meter)
              + " "
              + loadClass(PACKAGE + "Meter").getMethod("measure").invoke(meter));
    }
    return seen;
  }
}
