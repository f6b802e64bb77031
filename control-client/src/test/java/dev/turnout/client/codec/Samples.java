package dev.turnout.client.codec;

import dev.turnout.flags.Canary;
import dev.turnout.flags.CanaryMode;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Host;
import dev.turnout.flags.Limit;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Report;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import dev.turnout.flags.Variants;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Values with every field set. */
public final class Samples {
  public static final Instant AT = Instant.parse("2026-01-01T10:00:00Z");
  public static final Trip TRIP =
      new Trip("full", "manual", 12, "error_rate > 5 %", "threshold", 20.5, 117, 24, AT);

  private Samples() {}

  public static Flag full() {
    Map<String, Percentage> rings = new LinkedHashMap<>();
    rings.put("internal", Percentage.FULL);
    rings.put("beta", Percentage.of(33.333));
    Map<String, Percentage> weights = new LinkedHashMap<>();
    weights.put("manual", Percentage.of(33.34));
    weights.put("auto", Percentage.of(66.66));
    return Flag.named("full")
        .edit()
        .revision(12)
        .resetRevision(3)
        .strategy(Flag.Strategy.RING)
        .percentage(10.5)
        .rings(rings)
        .variants(Variants.of(weights))
        .canary(new Canary(Set.of("game-1"), Set.of("eu"), Set.of("user-7")))
        .dependencies(List.of("other"))
        .stickiness("tenant")
        .limits(
            List.of(
                Limit.of(Limit.Metric.ERROR_RATE, 5),
                new Limit(
                    Limit.Metric.P99, 0.5, Duration.ofMillis(1500), 7, Duration.ofMinutes(5))))
        .ladder(List.of(Percentage.of(0.001), Percentage.of(50), Percentage.FULL))
        .frozen(true)
        .stop(new Stop(Stop.Kind.TRIPPED, "game/game-1", AT, TRIP.describe(), TRIP))
        .description("Everything \"set\"")
        .done();
  }

  public static Snapshot snapshot(long epoch, long revision, Flag... flags) {
    Map<String, Flag> byName = new TreeMap<>();
    for (Flag flag : flags) {
      byName.put(flag.name(), flag);
    }
    return new Snapshot(
        "prod",
        epoch,
        revision,
        AT,
        new CanaryMode(true, Set.of("u")),
        Map.of("beta", new RingMembers(Set.of("u"), Set.of("example.com"))),
        byName);
  }

  public static Report report() {
    Histogram latency = new Histogram(12_345, new TreeMap<>(Map.of(112, 3L, 113, 4L)));
    return new Report(
        new Host("game", "game-1", "eu"),
        "boot-1",
        4,
        "0.1.0",
        1,
        12,
        List.of(
            new Report.Gate("full", "com.acme.Game#play(String)", true, null),
            new Report.Gate("other", "com.acme.Game#stop()", false, "no fallback")),
        List.of(
            new Report.Count("full", 12, "ga", "manual", new PathCounts(10, 2, 1, latency)),
            new Report.Count("full", 11, "ga", "on", new PathCounts(3, 0, 0, Histogram.EMPTY)),
            new Report.Count("full", 12, "ga", "off", new PathCounts(5, 0, 0, Histogram.EMPTY))),
        List.of(TRIP),
        new Report.Delivery(
            AT,
            AT.plusSeconds(60),
            List.of(
                new Report.Refusal(1L, 13L, "it is not signed", 2, AT),
                new Report.Refusal(null, null, "it is not signed", 1, AT))));
  }
}
