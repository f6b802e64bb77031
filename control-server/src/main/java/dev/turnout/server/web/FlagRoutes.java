package dev.turnout.server.web;

import dev.turnout.client.codec.FlagCodec;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.FlagChanges;
import dev.turnout.server.change.NotFoundException;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.change.Rollback;
import dev.turnout.server.change.StoreAwayException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reading and changing flags. */
final class FlagRoutes {
  private static final Logger log = LoggerFactory.getLogger(FlagRoutes.class);
  private static final BigDecimal DEFAULT_STEP = BigDecimal.TEN;
  private static final BigDecimal ALL = BigDecimal.valueOf(100);

  private static final JsonNode DISABLED = Json.object().put("enabled", false);

  private final Edits edits;

  FlagRoutes(Edits edits) {
    this.edits = edits;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/feature-flags", this::list, Right.READ);
    Api.get(routes, "/feature-flags/{name}", this::get, Right.READ);
    routes
        .put("/feature-flags/{name}", this::put, Right.STOP)
        .delete("/feature-flags/{name}", this::delete, Right.EDIT)
        .post("/feature-flags/rollout/{name}/increase", this::increase, Right.EDIT)
        .post("/feature-flags/rollout/{name}/decrease", this::decrease, Right.STOP)
        .post("/feature-flags/freeze/{name}", context -> freeze(context, true), Right.STOP)
        .post("/feature-flags/unfreeze/{name}", context -> freeze(context, false), Right.EDIT)
        .post("/feature-flags/kill/{name}", this::kill, Right.STOP)
        .post("/feature-flags/reset/{name}", this::reset, Right.EDIT)
        .post("/feature-flags/toggle", this::toggle, Right.STOP)
        .post("/feature-flags/rollback", this::rollback, Right.STOP)
        .post("/feature-flags/bulk-update", this::bulkUpdate, Right.STOP);
  }

  private void list(Context context) {
    Snapshot snapshot = edits.current();
    ObjectNode json = Json.object().put("revision", snapshot.revision());
    ArrayNode flags = json.putArray("flags");
    snapshot.flags().values().forEach(flag -> flags.add(FlagCodec.toJson(flag)));
    Api.json(context, json);
  }

  private void get(Context context) {
    answer(context, edits.current(), name(context));
  }

  private void put(Context context) {
    String name = name(context);
    JsonNode fields = Body.document(context);
    boolean stops = disables(fields);
    if (stops) {
      Why.takeForStop(context, fields);
    } else {
      Why.take(context, fields);
      Api.caller(context).require(Right.EDIT);
    }
    IfMatch ifMatch = IfMatch.of(context);
    boolean[] created = new boolean[1];
    Change fieldsOnly = createdByEditors(context, name, FlagChanges.put(name, fields));
    Change change =
        draft -> {
          Flag before = draft.find(name);
          ifMatch.check(before);
          created[0] = before == null;
          fieldsOnly.apply(draft);
        };
    Snapshot after = stops ? edits.stop(context, change) : edits.apply(context, change);
    context.status(created[0] ? 201 : 200);
    answer(context, after, name);
  }

  private void delete(Context context) {
    String name = name(context);
    IfMatch ifMatch = IfMatch.of(context);
    edits.apply(
        context,
        draft -> {
          ifMatch.check(draft.find(name));
          FlagChanges.delete(name).apply(draft);
        });
    context.status(204);
  }

  private void increase(Context context) {
    String name = name(context);
    BigDecimal step = Body.optionalEdit(context, "increase_by").number("increase_by", DEFAULT_STEP);
    change(context, name, FlagChanges.increase(name, Percentage.of("increase_by", step)));
  }

  private void decrease(Context context) {
    String name = name(context);
    Percentage step =
        Api.orWarn(context, () -> decreaseBy(context), Percentage.of("decrease_by", DEFAULT_STEP));
    stop(context, name, FlagChanges.decrease(name, step));
  }

  // Who wants to take away more than there is means all of it.
  private static Percentage decreaseBy(Context context) {
    BigDecimal step = Body.optionalEdit(context, "decrease_by").number("decrease_by", DEFAULT_STEP);
    return step.compareTo(ALL) > 0 ? Percentage.FULL : Percentage.of("decrease_by", step);
  }

  private void freeze(Context context, boolean frozen) {
    String name = name(context);
    if (frozen) {
      Body.whyOfStop(context);
      stop(context, name, FlagChanges.freeze(name, true));
    } else {
      Body.none(context);
      change(context, name, FlagChanges.freeze(name, false));
    }
  }

  private void kill(Context context) {
    String name = name(context);
    Body.whyOfStop(context);
    stop(context, name, FlagChanges.kill(name));
  }

  private void reset(Context context) {
    String name = name(context);
    Body.none(context);
    change(context, name, FlagChanges.reset(name));
  }

  private void toggle(Context context) {
    JsonNode document = Body.document(context);
    Body body =
        isFalse(document.get("enabled"))
            ? Body.forStop(context, document, "flag", "enabled")
            : Body.edit(context, document, "flag", "enabled");
    String name = FlagName.check("flag", body.text("flag"));
    boolean enabled = body.bool("enabled");
    Change change = FlagChanges.toggle(name, enabled);
    if (enabled) {
      Api.caller(context).require(Right.EDIT);
      change(context, name, change);
    } else {
      stop(context, name, change);
    }
  }

  private void rollback(Context context) {
    Body body = Body.forStop(context, Body.document(context), "flags", "all");
    Rollback rollback = body.find("all") == null ? ofNamed(context, body) : ofAll(body);
    Snapshot after = edits.stop(context, rollback);
    ObjectNode json = Json.object().put("revision", after.revision());
    ArrayNode disabled = json.putArray("disabled");
    rollback.disabled().forEach(flag -> disabled.add(FlagCodec.toJson(flag)));
    ArrayNode already = json.putArray("already_disabled");
    rollback.already().forEach(already::add);
    ArrayNode unknown = json.putArray("unknown");
    rollback.unknown().forEach(unknown::add);
    Api.json(context, json);
  }

  // A name that no flag can have is like one that none has: it keeps none of the others on.
  private static Rollback ofNamed(Context context, Body body) {
    Set<String> names = new LinkedHashSet<>();
    JsonNode list = body.find("flags");
    for (JsonNode name : list != null && list.isArray() ? list : List.<JsonNode>of()) {
      if (name.isString()) {
        names.add(name.stringValue());
      } else {
        Api.warn(context, "done, though " + name + " is no name of a flag");
      }
    }
    if (names.isEmpty()) {
      throw new InvalidFlagException(
          "flags", "must name the flags to disable; for all of them say \"all\": true instead");
    }
    return Rollback.of(names);
  }

  // And no emergency by forgetting a word.
  private static Rollback ofAll(Body body) {
    if (!body.bool("all") || body.find("flags") != null) {
      throw new InvalidFlagException("all", "must be true, or be left out and flags be named");
    }
    return Rollback.ofAll();
  }

  private void bulkUpdate(Context context) {
    JsonNode list = Body.document(context);
    if (!list.isArray()) {
      throw new InvalidFlagException("body", "must be a list of objects");
    }
    boolean stops = list.values().stream().allMatch(FlagRoutes::disables);
    if (!stops) {
      Api.caller(context).require(Right.EDIT);
    }
    Snapshot after = stops ? disableAll(context, list) : editAll(context, list);
    ObjectNode json = Json.object().put("revision", after.revision());
    ArrayNode flags = json.putArray("flags");
    list.values().stream()
        .flatMap(fields -> Stream.ofNullable(fields.get("name")))
        .filter(JsonNode::isString)
        .map(JsonNode::stringValue)
        .distinct()
        .flatMap(name -> Stream.ofNullable(after.flag(name)))
        .forEach(flag -> flags.add(FlagCodec.toJson(flag)));
    Api.json(context, json);
  }

  private Snapshot editAll(Context context, JsonNode list) {
    Map<String, Change> all = new LinkedHashMap<>();
    for (JsonNode fields : list) {
      JsonNode name = fields.get("name");
      if (name == null || !name.isString()) {
        throw new InvalidFlagException("name", "must be the name of a flag, in every entry");
      }
      Change edit = FlagChanges.put(name.stringValue(), fields);
      if (all.put(name.stringValue(), edit) != null) {
        throw new InvalidFlagException(
            "[" + all.size() + "].name", "\"" + name.stringValue() + "\" is in the list before");
      }
    }
    return edits.apply(context, draft -> all.values().forEach(edit -> edit.apply(draft)));
  }

  // What is wrong with one of them keeps none of the others on.
  private Snapshot disableAll(Context context, JsonNode list) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode fields : list) {
      Why.takeForStop(context, fields);
      JsonNode name = fields.get("name");
      if (name != null && name.isString() && FlagName.isValid(name.stringValue())) {
        names.add(name.stringValue());
      } else {
        Api.warn(context, "done, though " + name + " is no name of a flag");
      }
    }
    if (names.isEmpty() && !list.isEmpty()) {
      throw new InvalidFlagException("name", "must be the name of a flag, in every entry");
    }
    Rollback rollback = Rollback.of(names);
    Snapshot after = disableOrMake(context, names, rollback);
    if (rollback.unknown().size() == names.size() && !names.isEmpty()) {
      throw NotFoundException.flag(names.iterator().next());
    }
    rollback.unknown().forEach(name -> Api.warn(context, "done, though there is no flag " + name));
    return after;
  }

  private Snapshot disableOrMake(Context context, Set<String> names, Rollback rollback) {
    if (Api.caller(context).has(Right.EDIT)) {
      try {
        return edits.stop(
            context,
            draft -> {
              names.stream()
                  .filter(name -> draft.find(name) == null)
                  .forEach(name -> FlagChanges.put(name, DISABLED).apply(draft));
              rollback.apply(draft);
            });
      } catch (StoreAwayException | RefusedException e) {
        log.debug("flags cannot be made, but those that are there disabled: {}", e.toString());
      }
    }
    return edits.stop(context, rollback);
  }

  // Whoever may only stop may disable, and say so in any way that people do.
  private static boolean disables(JsonNode fields) {
    return isFalse(fields.get("enabled"))
        && fields.propertyNames().stream()
            .allMatch(
                field ->
                    field.equals("enabled") || field.equals("name") || Why.FIELDS.contains(field));
  }

  private static boolean isFalse(@Nullable JsonNode value) {
    return value != null && value.isBoolean() && !value.booleanValue();
  }

  // Nor does whoever may only stop make a flag by it: for them one that is not there is not there,
  // as for a kill.
  private static Change createdByEditors(Context context, String name, Change change) {
    if (Api.caller(context).has(Right.EDIT)) {
      return change;
    }
    return draft -> {
      if (draft.find(name) == null) {
        throw NotFoundException.flag(name);
      }
      change.apply(draft);
    };
  }

  private void change(Context context, String name, Change change) {
    IfMatch ifMatch = IfMatch.of(context);
    Change ifStill =
        draft -> {
          ifMatch.check(draft.find(name));
          change.apply(draft);
        };
    answer(context, edits.apply(context, ifStill), name);
  }

  // A condition keeps nobody from a stop: that it did not hold is told.
  private void stop(Context context, String name, Change change) {
    IfMatch ifMatch = IfMatch.of(context);
    @Nullable String[] otherwise = new String[1];
    Change inAnyCase =
        draft -> {
          otherwise[0] = ifMatch.otherwise(draft.find(name));
          change.apply(draft);
        };
    Snapshot after = edits.stop(context, inAnyCase);
    if (otherwise[0] != null) {
      Api.warn(context, "done, though not what was asked for: " + otherwise[0]);
    }
    answer(context, after, name);
  }

  private static String name(Context context) {
    return FlagName.check("name", context.pathParam("name"));
  }

  private static void answer(Context context, Snapshot snapshot, String name) {
    Flag flag = require(snapshot, name);
    context.header("ETag", IfMatch.tag(flag));
    Api.json(context, FlagCodec.toJson(flag));
  }

  private static Flag require(Snapshot snapshot, String name) {
    Flag flag = snapshot.flag(name);
    if (flag == null) {
      throw NotFoundException.flag(name);
    }
    return flag;
  }
}
