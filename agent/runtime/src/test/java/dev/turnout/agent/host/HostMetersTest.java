package dev.turnout.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnout.agent.Overrides;
import dev.turnout.agent.measure.CallRecorder;
import dev.turnout.agent.measure.Measure;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Variants;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HostMetersTest {
  private final AtomicLong nanos = new AtomicLong();

  // Meters hold what they read weakly.
  private final List<Object> kept = new ArrayList<>();

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
    HostMeters meters =
        new HostMeters(
            recorders, new Rulebook(Host.UNKNOWN, all -> {}, Overrides.NONE), nanos::get);
    Application application = new Application();
    Object registry = application.addRegistry();
    meters.register(application.metrics());
    meters.register(application.metrics());
    assertThat(application.meters(registry))
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

  @Test
  void quantile_isOfTheLastMinutes() throws Exception {
    Recorders recorders = new Recorders(Measure.EVERY);
    CallRecorder calls = recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    HostMeters meters =
        new HostMeters(
            recorders, new Rulebook(Host.UNKNOWN, all -> {}, Overrides.NONE), nanos::get);
    Application application = new Application();
    Object registry = application.addRegistry();
    for (int i = 0; i < 100; i++) {
      calls.succeeded(System.nanoTime() - TimeUnit.SECONDS.toNanos(1) | 1);
    }
    meters.register(application.metrics());
    assertThat(median(application, registry)).isBetween(0.9, 1.2);
    for (int minute = 0; minute < 2; minute++) {
      nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
      meters.register(application.metrics());
    }
    calls.succeeded(System.nanoTime() - TimeUnit.SECONDS.toNanos(10) | 1);
    assertThat(median(application, registry)).isBetween(9.0, 12.0);
  }

  private static double median(Application application, Object registry) throws Exception {
    String line =
        application.meters(registry).stream()
            .filter(meter -> meter.contains("quantile=0.5"))
            .findAny()
            .orElseThrow();
    Matcher value = Pattern.compile("value=([0-9.]+)").matcher(line);
    assertThat(value.find()).as(line).isTrue();
    return Double.parseDouble(value.group(1));
  }

  @Test
  void removed_makeRoomForTheNextAgents() throws Exception {
    Application application = new Application();
    Object registry = application.addRegistry();
    HostMeters first = meters(3);
    first.register(application.metrics());
    assertThat(application.meters(registry)).anyMatch(line -> line.contains("value=3.0"));
    first.remove();
    assertThat(application.meters(registry)).isEmpty();
    assertThat(first.areRegistered()).isFalse();
    meters(5).register(application.metrics());
    assertThat(application.meters(registry)).anyMatch(line -> line.contains("value=5.0"));
  }

  @Test
  void flagsThatMadeRoomForOthers_areShownNoMore() throws Exception {
    Recorders recorders = new Recorders(Measure.COUNTS);
    for (int i = 0; i < 2_000; i++) {
      var unused = recorders.use("gone" + i, 1, Flag.GA, Variants.ON);
    }
    HostMeters meters =
        new HostMeters(
            recorders, new Rulebook(Host.UNKNOWN, all -> {}, Overrides.NONE), nanos::get);
    Application application = new Application();
    Object registry = application.addRegistry();
    meters.register(application.metrics());
    assertThat(application.meters(registry)).anyMatch(line -> line.contains("gone7"));
    await()
        .untilAsserted(
            () -> {
              System.gc();
              Recorders.Use use = recorders.use("f", 1, Flag.GA, Variants.ON);
              use.recorder().calls(Reason.SPLIT).succeeded(0);
              meters.register(application.metrics());
              assertThat(application.meters(registry))
                  .anyMatch(line -> line.contains("tag(flag=f)"))
                  .anyMatch(line -> line.contains("turnout.trips"))
                  .noneMatch(line -> line.contains("gone"));
            });
  }

  private HostMeters meters(int calls) {
    Recorders recorders = new Recorders(Measure.COUNTS);
    CallRecorder recorder =
        recorders.use("f", 1, Flag.GA, Variants.ON).recorder().calls(Reason.SPLIT);
    for (int i = 0; i < calls; i++) {
      recorder.succeeded(0);
    }
    kept.add(recorders);
    return new HostMeters(
        recorders, new Rulebook(Host.UNKNOWN, all -> {}, Overrides.NONE), nanos::get);
  }
}
