package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.problem.Problem;
import dev.turnout.server.store.LastChanges;
import dev.turnout.server.store.LastChanges.LastChange;
import dev.turnout.server.store.StoreAway;
import dev.turnout.server.stream.Deliveries;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How things stand. */
final class StatusRoutes {
  private static final Logger log = LoggerFactory.getLogger(StatusRoutes.class);

  private final Changes changes;
  private final Fleet fleet;
  private final Deliveries deliveries;
  private final PrometheusMeterRegistry metrics;
  private final Clock clock;
  private final LastChanges lastChanges;
  private final Instant started;

  StatusRoutes(
      Changes changes,
      LastChanges lastChanges,
      Fleet fleet,
      Deliveries deliveries,
      PrometheusMeterRegistry metrics,
      Clock clock) {
    this.changes = changes;
    this.lastChanges = lastChanges;
    this.fleet = fleet;
    this.deliveries = deliveries;
    this.metrics = metrics;
    this.clock = clock;
    started = clock.instant();
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/agents", this::agents, Right.READ);
    Api.get(routes, "/status.json", this::status, Right.READ);
    Api.get(routes, "/ops/status.json", this::opsStatus, Right.READ);
    Api.get(routes, "/health", this::health, Right.NONE);
    Api.get(routes, "/health/live", StatusRoutes::live, Right.NONE);
    Api.get(routes, "/metrics", this::metrics, Right.READ);
  }

  private void status(Context context) {
    Api.json(
        context, StatusPage.of(changes.current(), fleet.agents(), lastChanges(), clock.instant()));
  }

  // The page is there to be looked at when things are bad, the store away too.
  private Map<String, LastChange> lastChanges() {
    try {
      return lastChanges.byFlag();
    } catch (JdbiException e) {
      log.warn("Who changed the flags last is not known: {}", e.toString());
      return Map.of();
    }
  }

  private void opsStatus(Context context) {
    Instant now = clock.instant();
    Api.json(
        context,
        OpsPage.of(
            changes.current(),
            fleet.agents(),
            changes.storeAway(),
            deliveries.summary(),
            Duration.between(started, now),
            now));
  }

  private void health(Context context) {
    StoreAway away = changes.storeAway();
    if (away == null) {
      Api.json(context, Json.object().put("status", "up"));
    } else {
      // Not why: this route is open to everybody, and the reason may name hosts.
      Failures.answer(
          context,
          Problem.of(
              503,
              "the store does not answer since "
                  + away.since()
                  + "; flags are delivered and stops carried out, other changes are refused"));
    }
  }

  // Whoever restarts what is not alive would end the delivery of flags, and bring no store back.
  private static void live(Context context) {
    Api.json(context, Json.object().put("status", "up"));
  }

  private void metrics(Context context) {
    context.contentType("text/plain; version=0.0.4; charset=utf-8").result(metrics.scrape());
  }

  private void agents(Context context) {
    ObjectNode json = Json.object();
    ArrayNode agents = json.putArray("agents");
    Snapshot snapshot = changes.current();
    Instant now = clock.instant();
    fleet.agents().forEach(agent -> put(agents.addObject(), agent, snapshot, now));
    Api.json(context, json);
  }

  private static String state(Agent agent, Snapshot snapshot) {
    if (agent.report() == null) {
      return "unknown";
    }
    if (agent.isAhead(snapshot)) {
      return "ahead";
    }
    return agent.isBehind(snapshot) ? "behind" : "current";
  }

  private static void put(ObjectNode json, Report.Delivery delivery, Instant now) {
    Instant issued = delivery.issuedAt();
    Instant end = delivery.validUntil();
    json.put(
        "age_seconds",
        issued == null ? null : Math.max(0, Duration.between(issued, now).toSeconds()));
    json.put("valid_until", end == null ? null : end.toString());
    json.put("expired", end != null && now.isAfter(end));
    ArrayNode refused = json.putArray("refused");
    for (Report.Refusal refusal : delivery.refused()) {
      refused
          .addObject()
          .put("epoch", refusal.epoch())
          .put("revision", refusal.revision())
          .put("reason", refusal.reason())
          .put("times", refusal.times())
          .put("at", refusal.at().toString());
    }
  }

  private static void put(ObjectNode json, Agent agent, Snapshot snapshot, Instant now) {
    Report report = agent.report();
    json.put("service", agent.host().service())
        .put("instance", agent.host().instance())
        .put("region", agent.host().region())
        .put("agent_version", report == null ? null : report.agentVersion());
    ObjectNode labels = json.putObject("labels");
    if (report != null) {
      report.host().labels().forEach(labels::put);
    }
    if (report == null) {
      json.putNull("epoch").putNull("revision");
    } else {
      json.put("epoch", report.epoch()).put("revision", report.revision());
    }
    put(json, report == null ? Report.Delivery.UNKNOWN : report.delivery(), now);
    json.put("state", state(agent, snapshot));
    json.put("last_seen", agent.lastSeen().toString()).put("connected", agent.isConnected());
    ArrayNode gates = json.putArray("gates");
    if (report != null) {
      for (Report.Gate gate : report.gates()) {
        gates
            .addObject()
            .put("flag", gate.flag())
            .put("method", gate.method())
            .put("wired", gate.wired())
            .put("problem", gate.problem());
      }
    }
  }
}
