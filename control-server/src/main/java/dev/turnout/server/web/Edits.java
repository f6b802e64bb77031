package dev.turnout.server.web;

import dev.turnout.flags.Snapshot;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.Import;
import dev.turnout.server.change.Policy;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.fleet.Agent;
import dev.turnout.server.fleet.Fleet;
import dev.turnout.server.store.Kept;
import dev.turnout.server.store.StoreAway;
import io.javalin.http.Context;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

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

  /** The snapshot in force, and what is kept beside it. */
  Kept kept() {
    return changes.kept();
  }

  /** When and how exposure may be raised. */
  Policy policy() {
    return changes.policy();
  }

  /** Changes when and how exposure may be raised. */
  Policy putPolicy(Context context, Policy policy) {
    return changes.putPolicy(Why.author(context), policy);
  }

  /** Reads a document that an environment is to be made like. */
  Import importOf(JsonNode document, boolean replace) {
    return Import.of(document, replace, changes);
  }

  /** Says why a change would be refused, and makes none; null if it would not be. */
  @Nullable RefusedException preview(Context context, Change change) {
    return changes.preview(Why.author(context), change);
  }

  /** Makes a change, and warns of the agents that it does not reach. */
  Snapshot apply(Context context, Change change) {
    return apply(context, Why.author(context), change);
  }

  /**
   * Makes a change towards the fallback: as {@link #apply}, but that it is made whatever is said of
   * why.
   */
  Snapshot stop(Context context, Change change) {
    Author nameOnly = Author.named(Api.caller(context).name());
    return apply(context, Api.orWarn(context, () -> Why.author(context), nameOnly), change);
  }

  private Snapshot apply(Context context, Author author, Change change) {
    Snapshot after = changes.apply(author, change);
    StoreAway away = changes.storeAway();
    if (away != null) {
      Api.warn(
          context,
          "in force at this server and its agents; other servers and the audit get it once the"
              + " store, which is away since "
              + away.since()
              + ", answers again");
    }
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
