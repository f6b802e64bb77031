package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.Percentage;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Draft;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.change.RolloutChanges;
import dev.turnout.server.fleet.RolloutClock;
import dev.turnout.server.rollout.Rollout;
import dev.turnout.server.rollout.RolloutJson;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Staged rollouts: their plans, and taking them on, to a halt and back. */
final class RolloutRoutes {
  private final Edits edits;
  private final RolloutClock clock;

  RolloutRoutes(Edits edits, RolloutClock clock) {
    this.edits = edits;
    this.clock = clock;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/rollouts", this::list, Right.READ);
    Api.get(routes, "/rollouts/{name}", this::get, Right.READ);
    routes
        .put("/rollouts/{name}", this::put, Right.EDIT)
        .delete("/rollouts/{name}", this::delete, Right.EDIT)
        .post("/rollouts/{name}/start", this::start, Right.EDIT)
        .post("/rollouts/{name}/pause", this::pause, Right.STOP)
        .post("/rollouts/{name}/resume", this::resume, Right.EDIT)
        .post("/rollouts/{name}/advance", this::advance, Right.EDIT)
        .post("/rollouts/{name}/rollback", this::rollback, Right.STOP);
  }

  private void list(Context context) {
    ObjectNode json = Json.object();
    ArrayNode rollouts = json.putArray("rollouts");
    edits.kept().rollouts().values().forEach(rollout -> rollouts.add(json(rollout)));
    Api.json(context, json);
  }

  private void get(Context context) {
    String name = name(context);
    Rollout rollout = edits.kept().rollouts().get(name);
    if (rollout == null) {
      throw NotFoundException.rollout(name);
    }
    answer(context, rollout);
  }

  private void put(Context context) {
    String name = name(context);
    JsonNode body = Body.document(context);
    Why.take(context, body);
    change(context, name, RolloutChanges.plan(RolloutJson.readPlan(name, body)));
  }

  private void delete(Context context) {
    String name = name(context);
    IfMatch ifMatch = IfMatch.of(context);
    edits.apply(
        context,
        draft -> {
          check(ifMatch, draft, name);
          RolloutChanges.delete(name).apply(draft);
        });
    context.status(204);
  }

  private void start(Context context) {
    String name = name(context);
    Change start = RolloutChanges.start(name);
    step(
        context,
        draft -> {
          Flag before = draft.find(name);
          start.apply(draft);
          warnOfStepBack(context, before, draft.find(name));
        });
  }

  // Right if the plan begins there, and not what somebody expects who only wants to go on.
  private static void warnOfStepBack(Context context, @Nullable Flag before, @Nullable Flag after) {
    if (before != null && after != null && before.enabled()) {
      Percentage was = before.share(Flag.GA);
      Percentage is = after.share(Flag.GA);
      if (is.compareTo(was) < 0) {
        Api.warn(context, "the first stage takes " + after.name() + " from " + was + " to " + is);
      }
    }
  }

  private void resume(Context context) {
    step(context, RolloutChanges.resume(name(context)));
  }

  private void advance(Context context) {
    step(context, RolloutChanges.advance(name(context)));
  }

  private void step(Context context, Change change) {
    Body.none(context);
    change(context, name(context), change);
  }

  private void change(Context context, String name, Change change) {
    IfMatch ifMatch = IfMatch.of(context);
    AtomicReference<@Nullable Rollout> done = new AtomicReference<>();
    edits.apply(
        context,
        draft -> {
          check(ifMatch, draft, name);
          context.status(draft.findRollout(name) == null ? 201 : 200);
          change.apply(draft);
          done.set(draft.findRollout(name));
        });
    answer(context, name, done.get());
  }

  private static void check(IfMatch ifMatch, Draft draft, String name) {
    Rollout rollout = draft.findRollout(name);
    ifMatch.check("rollout", rollout == null ? null : rollout.revision());
  }

  private void pause(Context context) {
    stop(context, RolloutChanges.pause(name(context), "paused by " + Api.caller(context).name()));
  }

  private void rollback(Context context) {
    String by = "rolled back by " + Api.caller(context).name();
    stop(context, RolloutChanges.rollback(name(context), by));
  }

  private void stop(Context context, Change change) {
    Body.whyOfStop(context);
    String name = name(context);
    AtomicReference<@Nullable Rollout> done = new AtomicReference<>();
    edits.stop(
        context,
        draft -> {
          change.apply(draft);
          done.set(draft.findRollout(name));
        });
    answer(context, name, done.get());
  }

  private static String name(Context context) {
    return FlagName.check("name", context.pathParam("name"));
  }

  private void answer(Context context, String name, @Nullable Rollout rollout) {
    if (rollout == null) {
      throw NotFoundException.rollout(name);
    }
    answer(context, rollout);
  }

  private void answer(Context context, Rollout rollout) {
    context.header("ETag", IfMatch.tag(rollout.revision()));
    Api.json(context, json(rollout));
  }

  private ObjectNode json(Rollout rollout) {
    Instant held = rollout.isUnderWay() ? rollout.heldAt() : null;
    boolean isRunning = rollout.state() == Rollout.State.RUNNING;
    return RolloutJson.write(rollout)
        .put("held_at", held == null ? null : held.toString())
        .put("waits_for", isRunning ? clock.waitsFor(rollout.flag()) : null);
  }
}
