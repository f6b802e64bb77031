package dev.turnout.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.client.ControlClient;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Histogram;
import dev.turnout.flags.Host;
import dev.turnout.flags.PathCounts;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What this JVM's agent does, for people and scripts, as JSON. */
final class Status {
  /** The gates of this JVM. Safe for use by several threads. */
  interface Found {
    /** All that are kept track of; never changed, but replaced. */
    List<Report.Gate> gates();

    /** The flags of those that are routed; never changed, but replaced. */
    Set<String> flags();

    /** What was asked for and did not come about so far, in lines for people. */
    List<String> unmet();

    /** How many there are beyond those that are kept track of. */
    long gatesBeyondBounds();
  }

  private static final String WAITING = "waiting";
  private static final int MOST_NAMED = 10;

  private final Options options;
  private final Host host;
  private final Recorders recorders;
  private final Rulebook rules;
  private final TripBook tripBook;
  private final Found found;
  private final Supplier<@Nullable ControlClient> client;
  private final Supplier<@Nullable String> pages;
  private final Clock clock;

  /**
   * Creates it.
   *
   * @param client null as long as no server is followed
   * @param pages the URL of the metrics port; null as long as there is none
   */
  Status(
      Options options,
      Host host,
      Recorders recorders,
      Rulebook rules,
      TripBook tripBook,
      Found found,
      Supplier<@Nullable ControlClient> client,
      Supplier<@Nullable String> pages,
      Clock clock) {
    this.options = options;
    this.host = host;
    this.recorders = recorders;
    this.rules = rules;
    this.tripBook = tripBook;
    this.found = found;
    this.client = client;
    this.pages = pages;
    this.clock = clock;
  }

  byte[] json() {
    ObjectNode root = Json.object();
    root.put("service", host.service());
    root.put("instance", host.instance());
    root.put("region", host.region());
    root.put("version", Reporter.version());
    put(options, root);
    root.put("metrics_url", pages.get());
    ObjectNode kept = root.putObject("state_directory");
    kept.put("path", options.stateDirectory().getAbsolutePath());
    ControlClient followed = client.get();
    kept.put("problem", notKept(followed));
    if (!options.get("server").isEmpty()) {
      put(followed, root.putObject("server").put("url", options.get("server")));
    }
    Rulebook.InForce all = rules.all();
    Snapshot snapshot = all.snapshot();
    ObjectNode inForce = root.putObject("snapshot");
    inForce.put("epoch", snapshot.epoch());
    inForce.put("revision", snapshot.revision());
    if (snapshot.issuedAt().equals(Instant.EPOCH)) {
      inForce.putNull("age_seconds");
    } else {
      inForce.put(
          "age_seconds",
          Math.max(0, Duration.between(snapshot.issuedAt(), clock.instant()).toSeconds()));
    }
    Instant end = snapshot.validUntil();
    inForce.put("valid_until", end == null ? null : end.toString());
    inForce.put("expired", snapshot.isExpired(clock.instant()));
    ArrayNode refusals = inForce.putArray("refused");
    for (Report.Refusal refusal :
        followed == null ? List.<Report.Refusal>of() : followed.refused()) {
      refusals
          .addObject()
          .put("epoch", refusal.epoch())
          .put("revision", refusal.revision())
          .put("reason", refusal.reason())
          .put("times", refusal.times())
          .put("at", refusal.at().toString());
    }
    Map<String, Trip> trips = tripBook.trips();
    ArrayNode flags = root.putArray("flags");
    for (Flag flag : snapshot.flags().values()) {
      ObjectNode node = flags.addObject();
      node.put("name", flag.name());
      node.put("revision", flag.revision());
      node.put("state", state(flag, all));
      putShares(flag, node);
      Overrides.Override pinned = rules.override(flag.name());
      if (pinned != null) {
        node.put("pinned_by", pinned.origin());
      }
      if (recorders.isBeyondBounds(flag.name())) {
        node.put("counted_as", Recorders.OTHERS);
      }
      path(node.putObject("new"), recorders.total(flag.name(), true));
      path(node.putObject("fallback"), recorders.total(flag.name(), false));
      ObjectNode variants = node.putObject("variants");
      for (String variant : flag.variants().names()) {
        path(variants.putObject(variant), recorders.total(flag.name(), variant));
      }
    }
    ArrayNode gates = root.putArray("gates");
    Set<String> routed = found.flags();
    for (Report.Gate gate : found.gates()) {
      ObjectNode node = gates.addObject();
      node.put("flag", gate.flag());
      node.put("method", gate.method());
      node.put("wired", gate.wired());
      node.put("problem", gate.problem());
      String flag = gate.flag();
      // Of an observed method there is nothing to decide, nor of one that runs ungated.
      node.put(
          "decision", gate.wired() && routed.contains(flag) ? FlagNews.describe(flag, all) : null);
    }
    put(found.unmet(), root);
    ObjectNode beyond = root.putObject("beyond_bounds");
    beyond.put("flags", recorders.beyondBounds());
    beyond.put("gates", found.gatesBeyondBounds());
    ArrayNode tripped = root.putArray("trips");
    for (Trip trip : trips.values()) {
      ObjectNode node = tripped.addObject();
      node.put("flag", trip.flag());
      node.put("at", trip.at().toString());
      node.put("what", trip.describe());
    }
    return Json.bytes(root);
  }

  /**
   * The flags of gates that are off here because somebody, or a limit, stopped them or one that
   * they depend on, because nobody has told of them, or because they are at 0 % for all, such as
   * {@code checkout (killed), search (unknown)}; empty if there are none.
   */
  String stopped() {
    Rulebook.InForce all = rules.all();
    List<String> stopped = new ArrayList<>();
    for (String name : found.flags()) {
      Flag flag = all.snapshot().flag(name);
      CompiledFlag compiled = all.decider().flag(name);
      if (flag == null || compiled == null) {
        stopped.add(name + " (unknown)");
      } else if (compiled.isStopped() || FlagNews.isOffForAnother(compiled)) {
        stopped.add(name + " (" + state(flag, all) + ")");
      } else if (isAtZero(flag) && !compiled.isOnThisHost()) {
        stopped.add(name + " (at 0 %)");
      }
    }
    String shown = String.join(", ", stopped.subList(0, Math.min(MOST_NAMED, stopped.size())));
    int more = stopped.size() - MOST_NAMED;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  // Canaries by user aside: those are few, and all others on the fallback.
  private static boolean isAtZero(Flag flag) {
    return flag.strategy() == Flag.Strategy.PERCENTAGE
        ? flag.percentage().equals(Percentage.ZERO)
        : flag.rings().values().stream().allMatch(Percentage.ZERO::equals);
  }

  /** The status of an agent that has found nothing to gate yet, and so has started nothing. */
  static String beforeTheFirstGate(Options options, List<String> unmet) {
    ObjectNode root = Json.object();
    root.put("service", options.get("service"));
    root.put("version", Reporter.version());
    put(options, root);
    root.putArray("gates");
    put(unmet, root);
    return new String(Json.bytes(root), UTF_8);
  }

  private @Nullable String notKept(@Nullable ControlClient followed) {
    String trips = tripBook.problem();
    String snapshot = followed == null ? null : followed.unkept();
    return trips != null || snapshot == null ? trips : "the snapshot is not kept: " + snapshot;
  }

  private static void put(@Nullable ControlClient followed, ObjectNode server) {
    if (followed == null) {
      // At the start, or for good where the options are of no use; the log has that.
      server.putNull("contact_age_seconds").put("stream", WAITING).put("problem", "not asked yet");
      return;
    }
    ControlClient.Link link = followed.link();
    server.put("contact_age_seconds", link.met() ? link.silence().toSeconds() : null);
    server.put("stream", link.connected() ? "connected" : WAITING);
    server.put("problem", link.problem().isEmpty() ? null : link.problem());
  }

  private static void put(List<String> unmet, ObjectNode root) {
    ArrayNode lines = root.putArray("unmet");
    unmet.forEach(lines::add);
  }

  private static void put(Options options, ObjectNode root) {
    ObjectNode given = root.putObject("options");
    for (Map.Entry<String, Options.Option> option : options.all().entrySet()) {
      ObjectNode value = given.putObject(option.getKey());
      value.put("value", option.getValue().value());
      value.put("origin", option.getValue().origin());
    }
  }

  // Where rings decide, the percentage does not, whatever it is.
  private static void putShares(Flag flag, ObjectNode node) {
    if (flag.strategy() == Flag.Strategy.PERCENTAGE) {
      node.put("percentage", flag.percentage().percent());
      return;
    }
    node.putNull("percentage");
    ObjectNode rings = node.putObject("rings");
    flag.rings().forEach((ring, share) -> rings.put(ring, share.percent()));
  }

  private static String state(Flag flag, Rulebook.InForce inForce) {
    Stop stop = flag.stop();
    if (stop != null) {
      return stop.kind().name().toLowerCase(Locale.ROOT);
    }
    if (inForce.trips().containsKey(flag.name())) {
      return "tripped";
    }
    if (!flag.enabled()) {
      return "disabled";
    }
    CompiledFlag compiled = inForce.decider().flag(flag.name());
    return compiled != null && FlagNews.isOffForAnother(compiled) ? "prerequisite" : "on";
  }

  private static void path(ObjectNode node, PathCounts counts) {
    node.put("calls", counts.calls());
    node.put("errors", counts.errors());
    quantile(node, "p50_ms", counts.latency(), 0.5);
    quantile(node, "p99_ms", counts.latency(), 0.99);
  }

  private static void quantile(ObjectNode node, String name, Histogram latency, double quantile) {
    double nanos = latency.quantile(quantile);
    if (Double.isNaN(nanos)) {
      node.putNull(name);
    } else {
      node.put(name, nanos / 1e6);
    }
  }
}
