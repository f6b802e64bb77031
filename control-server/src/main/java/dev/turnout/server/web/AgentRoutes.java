package dev.turnout.server.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.ReportCodec;
import dev.turnout.client.signing.SnapshotSignature;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.TripVerdict;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.fleet.TripIntake;
import dev.turnout.server.stream.Compression;
import dev.turnout.server.stream.Published;
import dev.turnout.server.stream.Streams;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The agents' side, but for the stream. */
final class AgentRoutes {
  private static final Logger log = LoggerFactory.getLogger(AgentRoutes.class);

  private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);
  private static final long MOST_TOLD = 1_000;

  private final Changes changes;
  private final Fleet fleet;
  private final Streams streams;
  private final TripIntake trips;

  // What was told of which instance's trips that cannot be true.
  private final Cache<String, String> told =
      Caffeine.newBuilder().expireAfterAccess(FORGOTTEN_AFTER).maximumSize(MOST_TOLD).build();

  AgentRoutes(Changes changes, Fleet fleet, Streams streams, TripIntake trips) {
    this.changes = changes;
    this.fleet = fleet;
    this.streams = streams;
    this.trips = trips;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/agent/v1/snapshot", this::snapshot, Right.AGENT);
    routes.post("/agent/v1/reports", this::report, Right.AGENT);
  }

  private void snapshot(Context context) {
    String service = context.queryParam("service");
    if (service == null) {
      throw new InvalidFlagException("service", "is missing");
    }
    Api.caller(context).requireService(FlagName.check("service", service));
    Published latest = streams.latest();
    boolean gzip = Compression.isAccepted(context.header("Accept-Encoding"));
    String tag = "\"" + latest.id() + "\"";
    context
        .header("ETag", gzip ? "W/" + tag : tag)
        .header("Cache-Control", "no-cache")
        .header("Vary", "Accept-Encoding");
    if (isKnown(context.header("If-None-Match"), latest)) {
      context.status(304);
      return;
    }
    context
        .header(SnapshotSignature.HEADER, latest.signature().toString())
        .contentType("application/json");
    if (gzip) {
      context.header("Content-Encoding", "gzip").result(latest.gzip());
    } else {
      context.result(latest.json());
    }
  }

  private static boolean isKnown(@Nullable String ifNoneMatch, Published latest) {
    return ifNoneMatch != null
        && Arrays.stream(ifNoneMatch.split("\\s*,\\s*"))
            .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
            .filter(tag -> tag.matches("\".+\""))
            .anyMatch(tag -> latest.isKnownAs(tag.substring(1, tag.length() - 1)));
  }

  private void report(Context context) {
    Map<String, String> implausible = new LinkedHashMap<>();
    Report report =
        ReportCodec.read(
            BodyReader.read(context),
            (flag, problem) -> implausible.put(flag, "cannot be true: " + problem.getMessage()));
    Api.caller(context).requireService(report.host().service());
    Map<Trip, TripVerdict> verdicts = trips.take(report, Api.caller(context).name());
    Agent before = fleet.find(report);
    warnIfAhead(before, fleet.reported(report), changes.current());
    implausible.forEach((flag, reason) -> tell(report, flag, reason));
    context.status(202);
    answer(context, verdicts, implausible);
  }

  // Once for some time, and not with each report: the trip is in all of them.
  private void tell(Report report, String flag, String reason) {
    String name = report.host().service() + "/" + report.host().instance();
    if (told.asMap().put(name + " " + flag, reason) == null) {
      log.warn("A trip of {} in {} is ignored: it {}", flag, name, reason);
    }
  }

  // Once, and not with each of its reports.
  private static void warnIfAhead(@Nullable Agent before, Agent after, Snapshot snapshot) {
    Report report = after.report();
    if (report != null
        && after.isAhead(snapshot)
        && (before == null || !before.isAhead(snapshot))) {
      log.warn(
          "{} has snapshot {}:{} and refuses this server's {}:{}, changes do not reach it. If the"
              + " store was restored, raise the epoch: turnout epoch raise",
          after.name(),
          report.epoch(),
          report.revision(),
          snapshot.epoch(),
          snapshot.revision());
    }
  }

  private static void answer(
      Context context, Map<Trip, TripVerdict> verdicts, Map<String, String> implausible) {
    ObjectNode json = Json.object();
    ArrayNode ignored = json.putArray("ignored_trips");
    verdicts.forEach(
        (trip, verdict) -> {
          if (verdict.isIgnored()) {
            ignored.addObject().put("flag", trip.flag()).put("reason", verdict.reason());
          }
        });
    implausible.forEach(
        (flag, reason) -> ignored.addObject().put("flag", flag).put("reason", reason));
    Api.json(context, json);
  }
}
