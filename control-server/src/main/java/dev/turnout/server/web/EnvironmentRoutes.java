package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.RingMembers;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.EnvironmentChanges;
import dev.turnout.server.change.PolicyJson;
import dev.turnout.server.store.EnvironmentJson;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Canary mode, who belongs to which ring, and the epoch. */
final class EnvironmentRoutes {
  private final Edits edits;

  EnvironmentRoutes(Edits edits) {
    this.edits = edits;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/canary", context -> answerCanary(context, edits.current()), Right.READ);
    Api.get(routes, "/rings", context -> answerRings(context, edits.current()), Right.READ);
    Api.get(
        routes,
        "/policy",
        context -> Api.json(context, PolicyJson.write(edits.policy())),
        Right.READ);
    routes
        .put("/canary", this::putCanary, Right.STOP)
        .post("/canary/users", this::addUser, Right.EDIT)
        .delete("/canary/users/{id}", this::removeUser, Right.EDIT)
        .post("/epoch/raise", this::raiseEpoch, Right.ADMIN)
        .put("/policy", this::putPolicy, Right.EDIT)
        .put("/rings/{name}", this::putRing, Right.EDIT)
        .delete("/rings/{name}", this::removeRing, Right.EDIT);
  }

  private void putCanary(Context context) {
    JsonNode document = Body.document(context);
    JsonNode mode = document.get("mode");
    boolean off = mode != null && mode.isBoolean() && !mode.booleanValue();
    Body body =
        off ? Body.forStop(context, document, "mode") : Body.edit(context, document, "mode");
    boolean on = body.bool("mode");
    Change change = EnvironmentChanges.canaryMode(on);
    if (on) {
      Api.caller(context).require(Right.EDIT);
      changeCanary(context, change);
    } else {
      answerCanary(context, edits.stop(context, change));
    }
  }

  private void addUser(Context context) {
    changeCanary(
        context, EnvironmentChanges.addCanaryUser(Body.edit(context, "user").text("user")));
  }

  private void removeUser(Context context) {
    String user = Body.checkText("id", context.pathParam("id"));
    changeCanary(context, EnvironmentChanges.removeCanaryUser(user));
  }

  private void changeCanary(Context context, Change change) {
    answerCanary(context, edits.apply(context, change));
  }

  private void raiseEpoch(Context context) {
    Body.none(context);
    Snapshot after = edits.apply(context, EnvironmentChanges.raiseEpoch());
    Api.json(context, EnvironmentJson.epoch(after.epoch()).put("revision", after.revision()));
  }

  private void putPolicy(Context context) {
    JsonNode body = Body.document(context);
    Why.take(context, body);
    Api.json(context, PolicyJson.write(edits.putPolicy(context, PolicyJson.read(body))));
  }

  private void putRing(Context context) {
    Body body = Body.edit(context, "users", "email_domains");
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
    answerRings(context, edits.apply(context, change));
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
