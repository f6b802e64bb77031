package dev.turnout.server.fleet;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one JVM. Immutable.
 *
 * @param host who it is
 * @param streams how many streams it has open
 * @param lastSeen when it was last heard of
 * @param report its latest; null if none came yet
 * @param followed when it first reported the revision that it decides by, after an earlier one;
 *     null if it began with it
 */
public record Agent(
    Host host, int streams, Instant lastSeen, @Nullable Report report, @Nullable Instant followed) {
  /** Returns whether it has a stream. */
  public boolean isConnected() {
    return streams > 0;
  }

  /** Returns whether it said that it decides by an older snapshot. */
  public boolean isBehind(Snapshot snapshot) {
    return report != null
        && (report.epoch() < snapshot.epoch()
            || (report.epoch() == snapshot.epoch() && report.revision() < snapshot.revision()));
  }

  /**
   * Returns whether it said that it decides by a newer snapshot than there is: the store was
   * restored or lost, and the agent refuses what this server sends until the epoch is raised.
   */
  public boolean isAhead(Snapshot snapshot) {
    return report != null
        && (report.epoch() > snapshot.epoch()
            || (report.epoch() == snapshot.epoch() && report.revision() > snapshot.revision()));
  }

  /** Returns whether it said that it keeps the flag off by itself. */
  public boolean hasTripped(Flag flag) {
    return report != null && hasTripped(report, flag);
  }

  /**
   * Returns whether by the report an instance keeps the flag off by itself: one that tripped before
   * the flag was reset does not any more, though it has not reported since. Of no revision are
   * trips of a flags file.
   */
  public static boolean hasTripped(Report report, Flag flag) {
    return report.trips().stream()
        .filter(trip -> trip.flag().equals(flag.name()))
        .mapToLong(Trip::flagRevision)
        .anyMatch(revision -> revision == 0 || revision >= flag.resetRevision());
  }

  /** The name that people know it by, {@code service/instance}. */
  public String name() {
    return host.service() + "/" + host.instance();
  }

  Agent with(int newStreams, Instant now) {
    return new Agent(host, newStreams, now, report, followed);
  }

  Agent with(Report newer, Instant now) {
    if (isOutdated(newer)) {
      return new Agent(newer.host(), streams, now, report, followed);
    }
    return new Agent(newer.host(), streams, now, newer, followed(newer, now));
  }

  private @Nullable Instant followed(Report newer, Instant now) {
    if (report == null || !report.bootId().equals(newer.bootId())) {
      return null;
    }
    boolean isSame = report.epoch() == newer.epoch() && report.revision() == newer.revision();
    return isSame ? followed : now;
  }

  // A repeat, or one that was overtaken on the way, tells nothing new.
  boolean isOutdated(Report other) {
    return report != null
        && report.bootId().equals(other.bootId())
        && other.sequence() <= report.sequence();
  }
}
