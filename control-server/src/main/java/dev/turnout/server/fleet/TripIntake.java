package dev.turnout.server.fleet;

import dev.turnout.flags.Report;
import dev.turnout.flags.Trip;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.FlagChanges;
import dev.turnout.server.change.TripVerdict;
import io.micrometer.core.instrument.Counter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops flags for the fleet because of what one instance saw. Safe for use by several threads. */
public final class TripIntake {
  private static final Logger log = LoggerFactory.getLogger(TripIntake.class);

  private final Changes changes;
  private final Fleet fleet;
  private final Counter stops;

  /**
   * Stops flags by {@code changes}.
   *
   * @param stops counts the flags that were stopped
   */
  public TripIntake(Changes changes, Fleet fleet, Counter stops) {
    this.changes = changes;
    this.fleet = fleet;
    this.stops = stops;
  }

  /**
   * Acts on a report's trips; to be called before the fleet hears of the report, so that a report
   * whose trips could not be saved is not taken for known when it is repeated.
   *
   * @param actor the name of the token that reported them
   * @return what became of each trip
   */
  public Map<Trip, TripVerdict> take(Report report, String actor) {
    boolean overtaken = fleet.isOutdated(report);
    Map<Trip, TripVerdict> verdicts = new LinkedHashMap<>();
    for (Trip trip : report.trips()) {
      verdicts.put(
          trip, overtaken ? TripVerdict.OVERTAKEN : TripVerdict.of(trip, changes.current()));
    }
    List<Trip> news =
        report.trips().stream().filter(trip -> verdicts.get(trip) == TripVerdict.STOPS).toList();
    if (!news.isEmpty()) {
      stop(news, report.host().service() + "/" + report.host().instance(), actor);
    }
    return verdicts;
  }

  private void stop(List<Trip> news, String by, String actor) {
    // Other instances may report the same at the same time: one of them stops the flag.
    List<Trip> effective = new ArrayList<>();
    changes.apply(
        Author.named(actor),
        draft -> {
          effective.clear();
          for (Trip trip : news) {
            boolean before = draft.isStopped(trip.flag());
            FlagChanges.trip(trip, by).apply(draft);
            if (!before && draft.isStopped(trip.flag())) {
              effective.add(trip);
            }
          }
        });
    for (Trip trip : effective) {
      stops.increment();
      log.warn(
          "Flag {} is off for the fleet: {} in {}. Reset it once the cause is gone.",
          trip.flag(),
          trip.describe(),
          by);
    }
  }
}
