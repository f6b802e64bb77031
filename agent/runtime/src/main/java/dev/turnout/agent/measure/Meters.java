package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.agent.route.Rulebook;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The counts as Micrometer meters, and those as Prometheus text. Meters read the recorders when
 * they are scraped; nothing of Micrometer is on the call path.
 */
public final class Meters {
  private static final double[] BOUNDS_SECONDS = {
    0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private final Recorders recorders;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Map<String, List<Meter>>> known = new ConcurrentHashMap<>();

  /**
   * Creates them.
   *
   * @param contactAge for how long the control server has not answered, in seconds; NaN if there is
   *     none to ask
   */
  public Meters(Recorders recorders, Rulebook rules, DoubleSupplier contactAge, Clock clock) {
    this.recorders = recorders;
    Gauge.builder("turnout.snapshot.age", rules, r -> age(r.inForce(), clock))
        .baseUnit("seconds")
        .description("Time since the snapshot in force was made")
        .register(registry);
    Gauge.builder("turnout.snapshot.revision", rules, r -> r.inForce().revision())
        .description("Revision of the snapshot in force")
        .register(registry);
    Gauge.builder(
            "turnout.snapshot.expired",
            rules,
            r -> r.inForce().isExpired(clock.instant()) ? 1.0 : 0.0)
        .description("1 if the snapshot in force is past its validity, else 0")
        .register(registry);
    Gauge.builder("turnout.contact.age", contactAge::getAsDouble)
        .baseUnit("seconds")
        .description("Time since the control server last answered as it should")
        .register(registry);
    Gauge.builder("turnout.trips", rules, Rulebook::tripped)
        .description("Flags that are off because they tripped in this JVM")
        .register(registry);
    registry.getPrometheusRegistry().register(new LatencyCollector());
  }

  private static double age(Snapshot snapshot, Clock clock) {
    if (snapshot.issuedAt().equals(Instant.EPOCH)) {
      return Double.NaN;
    }
    return Duration.between(snapshot.issuedAt(), clock.instant()).toMillis() / 1000.0;
  }

  /** Returns all meters as Prometheus text. */
  public byte[] scrape() {
    Set<String> flags = recorders.flags();
    for (String flag : flags) {
      Map<String, List<Meter>> ofFlag =
          known.computeIfAbsent(flag, name -> new ConcurrentHashMap<>());
      for (String variant : recorders.variants(flag)) {
        ofFlag.computeIfAbsent("variant " + variant, first -> counters(flag, variant));
      }
      for (Reason reason : recorders.decisions(flag).keySet()) {
        ofFlag.computeIfAbsent("reason " + reason, first -> List.of(decisions(flag, reason)));
      }
    }
    forgetAllBut(flags);
    return registry.scrape().getBytes(UTF_8);
  }

  // Flags that are gone have made room for others: classes may come and go with new ones for ever.
  private void forgetAllBut(Set<String> flags) {
    for (Map.Entry<String, Map<String, List<Meter>>> ofFlag : known.entrySet()) {
      if (!flags.contains(ofFlag.getKey()) && known.remove(ofFlag.getKey(), ofFlag.getValue())) {
        ofFlag.getValue().values().forEach(meters -> meters.forEach(registry::remove));
      }
    }
  }

  private List<Meter> counters(String flag, String variant) {
    return List.of(
        calls("error", flag, variant, all -> all.total(flag, variant).errors()),
        calls("success", flag, variant, all -> all.successes(flag, variant)),
        calls("cancelled", flag, variant, all -> all.cancelled(flag, variant)));
  }

  private Meter calls(
      String outcome, String flag, String variant, ToDoubleFunction<Recorders> count) {
    return FunctionCounter.builder("turnout.calls", recorders, count)
        .tags("flag", flag, "variant", variant)
        .tag("outcome", outcome)
        .description("Calls of gated methods that ended")
        .register(registry);
  }

  private Meter decisions(String flag, Reason reason) {
    return FunctionCounter.builder(
            "turnout.decisions", recorders, all -> all.decisions(flag).getOrDefault(reason, 0L))
        .tags("flag", flag, "reason", reason.name())
        .description(
            "Completed calls of gated methods, none of them cancelled, by why they went the way they went")
        .register(registry);
  }

  /** The latency histograms, handed over as they are instead of being recorded a second time. */
  private final class LatencyCollector implements Collector {
    @Override
    public MetricSnapshot collect() {
      HistogramSnapshot.Builder all =
          HistogramSnapshot.builder()
              .name("turnout_latency_seconds")
              .help("Latency of timed calls of gated methods");
      for (String flag : recorders.flags()) {
        for (String variant : recorders.variants(flag)) {
          Histogram latency = recorders.total(flag, variant).latency();
          all.dataPoint(
              HistogramSnapshot.HistogramDataPointSnapshot.builder()
                  .labels(Labels.of("flag", flag, "variant", variant))
                  .sum(latency.sumNanos() / 1e9)
                  .classicHistogramBuckets(buckets(latency))
                  .build());
        }
      }
      return all.build();
    }

    private ClassicHistogramBuckets buckets(Histogram latency) {
      long[] counts = new long[BOUNDS_SECONDS.length + 1];
      for (Map.Entry<Integer, Long> bucket : latency.buckets().entrySet()) {
        double seconds = Histogram.upperBound(bucket.getKey()) / 1e9;
        int at = 0;
        while (at < BOUNDS_SECONDS.length && seconds > BOUNDS_SECONDS[at]) {
          at++;
        }
        counts[at] += bucket.getValue();
      }
      ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
      for (int i = 0; i < BOUNDS_SECONDS.length; i++) {
        buckets.bucket(BOUNDS_SECONDS[i], counts[i]);
      }
      return buckets.bucket(Double.POSITIVE_INFINITY, counts[BOUNDS_SECONDS.length]).build();
    }
  }
}
