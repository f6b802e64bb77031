package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.problem.Problem;
import dev.turnout.server.store.Database;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How things stand. */
final class StatusRoutes {
  private final Changes changes;
  private final Database database;
  private final Fleet fleet;
  private final PrometheusMeterRegistry metrics;
  private final Clock clock;

  StatusRoutes(
      Changes changes,
      Database database,
      Fleet fleet,
      PrometheusMeterRegistry metrics,
      Clock clock) {
    this.changes = changes;
    this.database = database;
    this.fleet = fleet;
    this.metrics = metrics;
    this.clock = clock;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/agents", this::agents, Right.READ);
    Api.get(routes, "/status.json", this::status, Right.READ);
    Api.get(routes, "/health", this::health, Right.NONE);
    Api.get(routes, "/metrics", this::metrics, Right.READ);
  }

  private void status(Context context) {
    Api.json(context, StatusPage.of(changes.current(), fleet.agents(), clock.instant()));
  }

  private void health(Context context) {
    if (database.isUp()) {
      Api.json(context, Json.object().put("status", "up"));
    } else {
      Failures.answer(context, Problem.of(503, "the store does not answer"));
    }
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
