package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.EnvironmentChanges;
import dev.turnout.server.store.EnvironmentJson;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Canary mode, and who belongs to which ring. */
final class EnvironmentRoutes {
  private final Changes changes;

  EnvironmentRoutes(Changes changes) {
    this.changes = changes;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/canary", context -> answerCanary(context, changes.current()), Right.READ);
    Api.get(routes, "/rings", context -> answerRings(context, changes.current()), Right.READ);
    routes
        .put("/canary", this::putCanary, Right.EDIT)
        .post("/canary/users", this::addUser, Right.EDIT)
        .delete("/canary/users/{id}", this::removeUser, Right.EDIT)
        .put("/rings/{name}", this::putRing, Right.EDIT)
        .delete("/rings/{name}", this::removeRing, Right.EDIT);
  }

  private void putCanary(Context context) {
    changeCanary(context, EnvironmentChanges.canaryMode(Body.of(context, "mode").bool("mode")));
  }

  private void addUser(Context context) {
    changeCanary(context, EnvironmentChanges.addCanaryUser(Body.of(context, "user").text("user")));
  }

  private void removeUser(Context context) {
    String user = Body.checkText("id", context.pathParam("id"));
    changeCanary(context, EnvironmentChanges.removeCanaryUser(user));
  }

  private void changeCanary(Context context, Change change) {
    answerCanary(context, Api.change(context, changes, change));
  }

  private void putRing(Context context) {
    Body body = Body.of(context, "users", "email_domains");
    Set<String> domains =
        body.texts("email_domains").stream()
            .map(domain -> domain.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    RingMembers members = new RingMembers(body.texts("users"), domains);
    changeRings(context, EnvironmentChanges.putRing(context.pathParam("name"), members));
  }

  private void removeRing(Context context) {
    Body.none(context);
    changeRings(context, EnvironmentChanges.removeRing(context.pathParam("name")));
  }

  private void changeRings(Context context, Change change) {
    answerRings(context, Api.change(context, changes, change));
  }

  private static void answerCanary(Context context, Snapshot snapshot) {
    Api.json(context, EnvironmentJson.canary(snapshot.canary()));
  }

  private static void answerRings(Context context, Snapshot snapshot) {
    ObjectNode json = Json.object();
    json.set("rings", EnvironmentJson.rings(snapshot.ringMembers()));
    Api.json(context, json);
  }
}
