package dev.turnout.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.CallRecorder;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Variants;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMetersTest {
  private static final String PACKAGE = "io.micrometer.core.instrument.";

  @TempDir Path directory;

  /** A loader with a Micrometer of its own, as an application has one. */
  private static ClassLoader application() throws Exception {
    List<URL> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (entry.contains("micrometer") || entry.contains("HdrHistogram")) {
        jars.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @Test
  void applicationsOwnRegistry_showsTheCounts() throws Exception {
    Recorders recorders = new Recorders(Measure.EVERY);
    Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.ON);
    CallRecorder calls = use.recorder().calls(Reason.SPLIT);
    calls.succeeded(0);
    calls.succeeded(0);
    calls.failed(calls.begin());
    Recorders.Use manual = recorders.use("f", 1, Flag.GA, "manual");
    for (int i = 0; i < 7; i++) {
      manual.recorder().calls(Reason.CANARY).succeeded(0);
    }
    HostMeters meters = new HostMeters(recorders, new TripBook(directory.toFile()));
    ClassLoader application = application();
    Class<?> metrics = application.loadClass(PACKAGE + "Metrics");
    Object simple =
        application
            .loadClass(PACKAGE + "simple.SimpleMeterRegistry")
            .getDeclaredConstructor()
            .newInstance();
    metrics
        .getMethod("addRegistry", application.loadClass(PACKAGE + "MeterRegistry"))
        .invoke(null, simple);
    meters.register(metrics);
    meters.register(metrics);
    List<String> seen = new ArrayList<>();
    for (Object meter : (Collection<?>) simple.getClass().getMethod("getMeters").invoke(simple)) {
      seen.add(
          meter.getClass().getMethod("getId").invoke(meter)
              + " "
              + application.loadClass(PACKAGE + "Meter").getMethod("measure").invoke(meter));
    }
    assertThat(seen)
        .anyMatch(
            line ->
                line.contains("turnout.calls")
                    && line.contains("tag(outcome=error)")
                    && line.contains("tag(variant=on)")
                    && line.contains("value=1.0"))
        .anyMatch(line -> line.contains("turnout.calls") && line.contains("value=2.0"))
        .anyMatch(
            line ->
                line.contains("turnout.calls")
                    && line.contains("tag(variant=manual)")
                    && line.contains("value=7.0"))
        .anyMatch(line -> line.contains("turnout.decisions") && line.contains("reason=SPLIT"))
        .anyMatch(line -> line.contains("turnout.latency"))
        .anyMatch(line -> line.contains("turnout.trips"));
  }
}
