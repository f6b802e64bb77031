package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.FlagCounts;
import dev.turnout.server.store.StoreAway;
import dev.turnout.server.stream.Deliveries;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /ops/status.json}: how the server, its agents and the flags' new paths are doing. */
final class OpsPage {
  // By the thresholds that rollouts are commonly watched with; what a flag's own limits do does not
  // depend on them.
  private static final double CRITICAL_ERROR_RATE = 0.05;
  private static final double WARNING_ERROR_RATE = 0.02;
  private static final double MUCH_SLOWER = 1.2;
  private static final long ENOUGH_CALLS = 100;

  private final Map<Level, List<ObjectNode>> findings = new EnumMap<>(Level.class);
  private final Snapshot snapshot;
  private final List<Agent> agents;

  private enum Level {
    CRITICAL,
    WARNING,
    INFO
  }

  private OpsPage(Snapshot snapshot, List<Agent> agents) {
    this.snapshot = snapshot;
    this.agents = agents;
    for (Level level : Level.values()) {
      findings.put(level, new ArrayList<>());
    }
  }

  /**
   * Writes the page.
   *
   * @param away since when the store does not answer; null if it does
   * @param deliveries how long snapshots took to the agents lately
   * @param uptime since the server started
   */
  static ObjectNode of(
      Snapshot snapshot,
      List<Agent> agents,
      @Nullable StoreAway away,
      Deliveries.Summary deliveries,
      Duration uptime,
      Instant now) {
    return new OpsPage(snapshot, agents).write(away, deliveries, uptime, now);
  }

  private ObjectNode write(
      @Nullable StoreAway away, Deliveries.Summary deliveries, Duration uptime, Instant now) {
    ObjectNode json =
        Json.object()
            .put("env", snapshot.env())
            .put("epoch", snapshot.epoch())
            .put("revision", snapshot.revision())
            .put("time", now.toString())
            .put("uptime_seconds", uptime.toSeconds())
            .put("snapshot_age_seconds", Duration.between(snapshot.issuedAt(), now).toSeconds());
    ObjectNode store = json.putObject("store").put("up", away == null);
    if (away != null) {
      store.put("since", away.since().toString()).put("why", away.why());
      find(
          Level.CRITICAL,
          "",
          "the store does not answer: nothing can be changed but towards" + " the fallback");
    }
    putAgents(json.putObject("agents"));
    putDelivery(json.putObject("delivery"), deliveries);
    putTrips(json.putArray("trips"));
    snapshot.flags().values().forEach(this::judge);
    ObjectNode errors = json.putObject("errors");
    findings.forEach(
        (level, found) -> {
          ArrayNode array = errors.putArray(level.name().toLowerCase(Locale.ROOT));
          found.forEach(array::add);
        });
    return json;
  }

  private void putAgents(ObjectNode json) {
    List<Agent> connected = agents.stream().filter(Agent::isConnected).toList();
    long ahead = agents.stream().filter(agent -> agent.isAhead(snapshot)).count();
    json.put("connected", connected.size())
        .put("known", agents.size())
        .put("behind", connected.stream().filter(agent -> agent.isBehind(snapshot)).count())
        .put("ahead", ahead);
    Map<String, Integer> revisions = new TreeMap<>();
    Map<String, Integer> versions = new TreeMap<>();
    for (Agent agent : connected) {
      Report report = agent.report();
      if (report != null) {
        revisions.merge(report.epoch() + ":" + report.revision(), 1, Integer::sum);
        versions.merge(report.agentVersion(), 1, Integer::sum);
      }
    }
    putCounts(json.putObject("revisions"), revisions);
    putCounts(json.putObject("versions"), versions);
    if (ahead > 0) {
      find(
          Level.CRITICAL,
          "",
          ahead + " agents are ahead of this server and refuse its snapshots: raise the epoch");
    }
    findMiswired();
  }

  private void putDelivery(ObjectNode json, Deliveries.Summary deliveries) {
    Instant since = deliveries.since();
    json.put("in_force_since", since == null ? null : since.toString());
    json.put("streams_waiting", deliveries.waiting());
    int publishes = deliveries.publishes();
    ObjectNode streams = json.putObject("streams").put("publishes", publishes);
    putMillis(streams, "p50_ms", publishes, deliveries.median());
    putMillis(streams, "p99_ms", publishes, deliveries.tail());
    putMillis(streams, "max_ms", publishes, deliveries.longest());
    putReported(json.putObject("reported"), since);
  }

  private static void putMillis(ObjectNode json, String name, int count, long nanos) {
    json.put(name, count == 0 ? null : Math.round(nanos / 1e3) / 1e3);
  }

  // Of those who went from an earlier revision to the one in force: whoever began with it tells
  // nothing of how long it took.
  private void putReported(ObjectNode json, @Nullable Instant since) {
    List<Agent> connected = agents.stream().filter(Agent::isConnected).toList();
    json.put(
        "agents",
        connected.stream()
            .filter(agent -> agent.report() != null && !agent.isBehind(snapshot))
            .count());
    json.put("of", connected.size());
    double[] seconds = since == null ? new double[0] : secondsToReport(connected, since);
    putQuantile(json, "p50_seconds", seconds, 0.5);
    putQuantile(json, "p99_seconds", seconds, 0.99);
    putQuantile(json, "max_seconds", seconds, 1);
  }

  private double[] secondsToReport(List<Agent> connected, Instant since) {
    List<Double> seconds = new ArrayList<>();
    for (Agent agent : connected) {
      Instant followed = agent.followed();
      if (followed != null && isAt(agent.report()) && !followed.isBefore(since)) {
        seconds.add(Duration.between(since, followed).toMillis() / 1e3);
      }
    }
    return seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private boolean isAt(@Nullable Report report) {
    return report != null
        && report.epoch() == snapshot.epoch()
        && report.revision() == snapshot.revision();
  }

  private static void putQuantile(ObjectNode json, String name, double[] sorted, double share) {
    json.put(name, sorted.length == 0 ? null : sorted[(int) Math.ceil(share * sorted.length) - 1]);
  }

  private static void putCounts(ObjectNode json, Map<String, Integer> counts) {
    counts.forEach(json::put);
  }

  private void findMiswired() {
    Map<String, Integer> miswired = new TreeMap<>();
    for (Agent agent : agents) {
      Report report = agent.report();
      if (report != null) {
        report.gates().stream()
            .filter(gate -> !gate.wired())
            .forEach(gate -> miswired.merge(gate.flag(), 1, Integer::sum));
      }
    }
    miswired.forEach(
        (flag, gates) ->
            find(Level.WARNING, flag, gates + " gated methods run ungated; see /agents for why"));
  }

  private void putTrips(ArrayNode json) {
    for (Flag flag : snapshot.flags().values()) {
      Stop stop = flag.stop();
      if (stop != null && stop.kind() == Stop.Kind.TRIPPED) {
        json.addObject()
            .put("flag", flag.name())
            .put("by", stop.by())
            .put("at", stop.at().toString())
            .put("reason", stop.reason());
        find(Level.CRITICAL, flag.name(), "tripped: " + stop.reason());
      } else {
        long instances = agents.stream().filter(agent -> agent.hasTripped(flag)).count();
        if (instances > 0) {
          find(Level.WARNING, flag.name(), "tripped on " + instances + " instances only");
        }
      }
    }
  }

  // What was seen since the flag last changed, by all instances together.
  private void judge(Flag flag) {
    FlagCounts counts =
        new FlagCounts(agents, flag.name(), revision -> revision == flag.revision());
    PathCounts on = counts.on();
    PathCounts off = counts.off();
    if (on.calls() >= ENOUGH_CALLS) {
      double rate = (double) on.errors() / on.calls();
      if (rate > WARNING_ERROR_RATE) {
        find(
            rate > CRITICAL_ERROR_RATE ? Level.CRITICAL : Level.WARNING,
            flag.name(),
            String.format(
                Locale.ROOT, "%.1f %% of %d calls of the new path failed", rate * 100, on.calls()));
      }
    }
    double slow = p99(on.latency());
    double usual = p99(off.latency());
    if (slow > usual * MUCH_SLOWER) {
      find(
          Level.INFO,
          flag.name(),
          String.format(
              Locale.ROOT,
              "p99 of the new path is %.0f %% above the fallback's",
              (slow / usual - 1) * 100));
    }
  }

  // Not a number, which is above nothing, where too little was timed.
  private static double p99(Histogram latency) {
    return latency.count() < ENOUGH_CALLS ? Double.NaN : latency.quantile(0.99);
  }

  private void find(Level level, String flag, String what) {
    ObjectNode finding = Json.object();
    if (flag.isEmpty()) {
      finding.putNull("flag");
    } else {
      finding.put("flag", flag);
    }
    findings.computeIfAbsent(level, any -> new ArrayList<>()).add(finding.put("what", what));
  }
}
