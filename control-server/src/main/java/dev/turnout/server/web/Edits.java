package dev.turnout.server.web;

import dev.turnout.flags.Snapshot;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Changes;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import io.javalin.http.Context;
import java.util.List;
import java.util.stream.Collectors;

/** Changes that people make over HTTP, each in the name of whoever asks. */
final class Edits {
  private static final int NAMED = 5;

  private final Changes changes;
  private final Fleet fleet;

  Edits(Changes changes, Fleet fleet) {
    this.changes = changes;
    this.fleet = fleet;
  }

  /** The snapshot in force. */
  Snapshot current() {
    return changes.current();
  }

  /** Makes a change, and warns of the agents that it does not reach. */
  Snapshot apply(Context context, Change change) {
    Snapshot after = changes.apply(Api.caller(context).name(), change);
    List<Agent> ahead = fleet.ahead(after);
    if (!ahead.isEmpty()) {
      Api.warn(
          context,
          "does not reach "
              + names(ahead)
              + ": ahead of this server's "
              + after.epoch()
              + ":"
              + after.revision()
              + ", they refuse its snapshots; if its store was restored, raise the epoch");
    }
    return after;
  }

  private static String names(List<Agent> agents) {
    String names = agents.stream().limit(NAMED).map(Agent::name).collect(Collectors.joining(", "));
    int more = agents.size() - NAMED;
    return more > 0 ? names + " and " + more + " more" : names;
  }
}
