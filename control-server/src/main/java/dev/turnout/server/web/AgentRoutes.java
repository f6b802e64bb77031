package dev.turnout.server.web;

import dev.turnout.client.codec.ReportCodec;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.FlagChanges;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.stream.Published;
import dev.turnout.server.stream.Streams;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents' side, but for the stream. */
final class AgentRoutes {
  private static final Logger log = LoggerFactory.getLogger(AgentRoutes.class);

  private final Changes changes;
  private final Fleet fleet;
  private final Streams streams;
  private final Counter trips;

  AgentRoutes(Changes changes, Fleet fleet, Streams streams, Counter trips) {
    this.changes = changes;
    this.fleet = fleet;
    this.streams = streams;
    this.trips = trips;
  }

  void register(RoutesConfig routes) {
    routes
        .get("/agent/v1/snapshot", this::snapshot, Right.AGENT)
        .post("/agent/v1/reports", this::report, Right.AGENT);
  }

  private void snapshot(Context context) {
    String service = context.queryParam("service");
    if (service == null) {
      throw new InvalidFlagException("service", "is missing");
    }
    Api.caller(context).requireService(FlagName.check("service", service));
    Published latest = streams.latest();
    String tag = "\"" + latest.id() + "\"";
    context.header("ETag", tag).header("Cache-Control", "no-cache");
    String known = context.header("If-None-Match");
    if (known != null && List.of(known.split("\\s*,\\s*")).contains(tag)) {
      context.status(304);
    } else {
      context.contentType("application/json").result(latest.json());
    }
  }

  private void report(Context context) {
    Report report = ReportCodec.read(BodyReader.read(context));
    Host host = report.host();
    Api.caller(context).requireService(host.service());
    fleet.reported(report);
    List<Trip> news = news(report, changes.current());
    if (!news.isEmpty()) {
      stop(context, news, host.service() + "/" + host.instance());
    }
    context.status(202);
  }

  // Each report repeats its trips until they are reset; all but the first are no news.
  private static List<Trip> news(Report report, Snapshot snapshot) {
    return report.trips().stream().filter(trip -> isNews(snapshot, trip)).toList();
  }

  private static boolean isNews(Snapshot snapshot, Trip trip) {
    Flag flag = snapshot.flag(trip.flag());
    return flag != null && FlagChanges.isNews(flag, trip);
  }

  private void stop(Context context, List<Trip> news, String by) {
    Snapshot after =
        Api.change(
            context,
            changes,
            draft -> news.forEach(trip -> FlagChanges.trip(trip, by).apply(draft)));
    for (Trip trip : news) {
      Flag flag = after.flag(trip.flag());
      if (flag != null && flag.stop() != null && Objects.equals(flag.stop().evidence(), trip)) {
        trips.increment();
        log.warn(
            "Flag {} is off for the fleet: {} in {}. Reset it once the cause is gone.",
            trip.flag(),
            trip.describe(),
            by);
      }
    }
  }
}
