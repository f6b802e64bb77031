package dev.turnout.server.change;

import dev.turnout.flags.Flag;
import dev.turnout.flags.Limit;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a trip that an agent reports. A trip that may be true counts: what is not held
 * against it is that the flag changed on the way, as long as the limit is still one of the flag's.
 * The JVM that reported it stays on its fallback in every case.
 */
public enum TripVerdict {
  /** The flag is stopped for the fleet. */
  STOPS("stops the flag"),
  /** There is nothing left to stop. */
  STOPPED_ALREADY("the flag is stopped already"),
  /** It was judged before the flag's last reset. */
  RESET_SINCE("the flag was reset since"),
  /** The report came after a newer one of the same JVM. */
  OVERTAKEN("a newer report of this instance came before"),
  /** Nobody can have measured it. */
  UNKNOWN_FLAG("there is no such flag"),
  /**
   * It was judged under a revision that this server has not made. No reset could void it; and the
   * agents that know such revisions refuse this server's snapshots anyhow.
   */
  AHEAD("flag_revision is ahead of this server's revision"),
  /**
   * The flag has no such limit: either it was taken away since, and those that are left judge for
   * themselves, or the trip cannot be true.
   */
  NO_SUCH_LIMIT("the flag has no such limit");

  private final String reason;

  TripVerdict(String reason) {
    this.reason = reason;
  }

  /** One sentence for people. */
  public String reason() {
    return reason;
  }

  /** Returns whether the trip counts for nothing. */
  public boolean isIgnored() {
    return this != STOPS && this != STOPPED_ALREADY;
  }

  /** Judges a trip by what is in force. */
  public static TripVerdict of(Trip trip, Snapshot snapshot) {
    return of(trip, snapshot.flag(trip.flag()), snapshot.revision());
  }

  static TripVerdict of(Trip trip, @Nullable Flag flag, long revision) {
    if (flag == null) {
      return UNKNOWN_FLAG;
    }
    if (trip.flagRevision() > revision) {
      return AHEAD;
    }
    if (trip.flagRevision() < flag.resetRevision()) {
      return RESET_SINCE;
    }
    if (!isOfALimit(trip, flag)) {
      return NO_SUCH_LIMIT;
    }
    return flag.stop() == null ? STOPS : STOPPED_ALREADY;
  }

  // The words alone would do, were it not for agents of another version, which may put the same
  // limit into other words.
  private static boolean isOfALimit(Trip trip, Flag flag) {
    boolean current = trip.flagRevision() == flag.revision() && !flag.limits().isEmpty();
    return current || flag.limits().stream().map(Limit::describe).anyMatch(trip.limit()::equals);
  }
}
