package dev.turnout.server.web;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Variants;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.store.EnvironmentJson;
import dev.turnout.server.store.LastChanges.LastChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /status.json}: every flag with what each JVM saw of it. */
final class StatusPage {

  private StatusPage() {}

  /**
   * Writes the page.
   *
   * @param lastChanges by flag; of those that are not there it is not known
   */
  static ObjectNode of(
      Snapshot snapshot, List<Agent> agents, Map<String, LastChange> lastChanges, Instant now) {
    ObjectNode json =
        Json.object()
            .put("env", snapshot.env())
            .put("epoch", snapshot.epoch())
            .put("revision", snapshot.revision())
            .put("time", now.toString());
    json.set("canary", EnvironmentJson.canary(snapshot.canary()));
    ArrayNode flags = json.putArray("flags");
    for (Flag flag : snapshot.flags().values()) {
      ObjectNode shown = put(flags.addObject(), flag);
      putChange(shown, lastChanges.get(flag.name()));
      ArrayNode instances = shown.putArray("instances");
      List<Report> reports = reports(agents, flag.name());
      reports.forEach(report -> putInstance(instances.addObject(), report, flag));
      // Here and not where it is shown: quantiles cannot be added up, histograms can.
      putPaths(shown.putObject("total"), reports, flag);
    }
    json.putObject("agents")
        .put("connected", agents.stream().filter(Agent::isConnected).count())
        .put("behind", agents.stream().filter(a -> a.isConnected() && a.isBehind(snapshot)).count())
        .put("ahead", agents.stream().filter(a -> a.isAhead(snapshot)).count());
    return json;
  }

  private static ObjectNode put(ObjectNode json, Flag flag) {
    ObjectNode whole = FlagCodec.toJson(flag);
    for (String field :
        List.of("name", "enabled", "frozen", "strategy", "percentage", "rings", "variants")) {
      json.set(field, whole.get(field));
    }
    json.put("state", state(flag));
    json.put("exposure", exposure(flag));
    json.set("stop", whole.get("stop"));
    json.set("revision", whole.get("revision"));
    return json;
  }

  private static void putChange(ObjectNode json, @Nullable LastChange change) {
    if (change == null) {
      json.putNull("last_change");
    } else {
      json.putObject("last_change")
          .put("at", change.at())
          .put("by", change.actor())
          .put("action", change.action());
    }
  }

  // Of callers of no particular ring.
  private static double exposure(Flag flag) {
    return flag.stop() != null || !flag.enabled() ? 0 : flag.share(Flag.GA).percent();
  }

  private static String state(Flag flag) {
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind() == Stop.Kind.KILLED ? "killed" : "tripped";
    }
    if (!flag.enabled()) {
      return "disabled";
    }
    boolean exposed =
        flag.strategy() == Flag.Strategy.RING
            ? flag.rings().values().stream().anyMatch(share -> share.buckets() > 0)
            : flag.percentage().buckets() > 0;
    return exposed ? "on" : "off";
  }

  private static List<Report> reports(List<Agent> agents, String flag) {
    List<Report> reports = new ArrayList<>();
    for (Agent agent : agents) {
      Report report = agent.report();
      if (report != null && knows(report, flag)) {
        reports.add(report);
      }
    }
    return reports;
  }

  private static boolean knows(Report report, String flag) {
    return report.gates().stream().anyMatch(gate -> gate.flag().equals(flag))
        || report.counts().stream().anyMatch(count -> count.flag().equals(flag));
  }

  private static void putInstance(ObjectNode json, Report report, Flag flag) {
    json.put("service", report.host().service()).put("instance", report.host().instance());
    putPaths(json, List.of(report), flag);
    json.put("tripped_here", Agent.hasTripped(report, flag));
  }

  private static void putPaths(ObjectNode json, List<Report> reports, Flag flag) {
    List<Report.Count> counts =
        reports.stream()
            .flatMap(report -> report.counts().stream())
            .filter(count -> count.flag().equals(flag.name()))
            .toList();
    putPath(json.putObject("new"), sum(counts, Report.Count::on));
    putPath(json.putObject("fallback"), sum(counts, count -> !count.on()));
    ObjectNode variants = json.putObject("variants");
    for (String variant : variants(counts, flag)) {
      putPath(variants.putObject(variant), sum(counts, count -> count.variant().equals(variant)));
    }
  }

  // In the flag's order, then those that it had before; so that all of them make up the new path.
  private static Set<String> variants(List<Report.Count> counts, Flag flag) {
    Set<String> variants = new LinkedHashSet<>(flag.variants().names());
    counts.stream()
        .filter(Report.Count::on)
        .map(Report.Count::variant)
        .sorted()
        .forEach(variants::add);
    return variants.equals(Set.of(Variants.ON)) ? Set.of() : variants;
  }

  private static PathCounts sum(List<Report.Count> counts, Predicate<Report.Count> wanted) {
    return counts.stream()
        .filter(wanted)
        .map(Report.Count::counts)
        .reduce(PathCounts.NONE, PathCounts::plus);
  }

  private static void putPath(ObjectNode json, PathCounts counts) {
    json.put("calls", counts.calls()).put("errors", counts.errors());
    Latencies.put(json, "p50_ms", Latencies.millis(counts, 0.5));
    Latencies.put(json, "p99_ms", Latencies.millis(counts, 0.99));
  }
}
