package dev.turnout.agent.route;

import dev.turnout.flags.Decider;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Stop;
import dev.turnout.flags.Trip;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is in force: the server's snapshot, the flags file and this JVM's own trips made into one.
 *
 * <p>The server's flags win over the file's, except that a flag killed in the file stays killed
 * whatever the server says: the file is what one can reach when the server is not. A trip is void
 * once the flag was reset after the revision that it was judged under. Safe for many threads; each
 * change is compiled on the thread that brings it and put in force before the call returns.
 */
public final class Rulebook {
  private final Host host;
  private final Gates gates;
  private Snapshot server = Snapshot.EMPTY;
  private Snapshot file = Snapshot.EMPTY;
  private Map<String, Trip> trips = Map.of();
  private volatile Snapshot inForce = Snapshot.EMPTY;

  public Rulebook(Host host, Gates gates) {
    this.host = host;
    this.gates = gates;
  }

  /** Puts a snapshot of the server in force. */
  public synchronized void server(Snapshot snapshot) {
    server = snapshot;
    compile();
  }

  /** Puts the content of the flags file in force. */
  public synchronized void file(Snapshot snapshot) {
    file = snapshot;
    compile();
  }

  /** Puts this JVM's trips in force. */
  public synchronized void trips(Map<String, Trip> current) {
    trips = Map.copyOf(current);
    compile();
  }

  private void compile() {
    Map<String, Flag> flags = new HashMap<>(file.flags());
    flags.putAll(server.flags());
    for (Flag local : file.flags().values()) {
      Stop stop = local.stop();
      Flag served = server.flag(local.name());
      if (served != null && stop != null) {
        flags.put(local.name(), served.edit().stop(stop).done());
      }
    }
    Snapshot base = server.revision() > 0 ? server : file;
    Snapshot merged =
        new Snapshot(
            base.env(),
            base.epoch(),
            base.revision(),
            base.issuedAt(),
            base.canary(),
            base.ringMembers(),
            flags);
    inForce = merged;
    gates.apply(Decider.compile(merged, host, trippedHere(merged), new BucketDraw()));
  }

  private Set<String> trippedHere(Snapshot merged) {
    Map<String, Trip> valid = new HashMap<>(trips);
    valid.values().removeIf(trip -> isVoid(trip, merged.flag(trip.flag())));
    return valid.keySet();
  }

  /** Whether a trip no longer counts, because its flag was reset since. */
  public static boolean isVoid(Trip trip, @Nullable Flag flag) {
    return flag != null && flag.resetRevision() > trip.flagRevision();
  }

  /** The merged snapshot in force. */
  public Snapshot inForce() {
    return inForce;
  }

  /** The revision of the server's snapshot in force; what a report acknowledges. */
  public synchronized Snapshot serverSnapshot() {
    return server;
  }
}
