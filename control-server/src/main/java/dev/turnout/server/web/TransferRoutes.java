package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.PortableFlag;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Import;
import dev.turnout.server.change.Refusal;
import dev.turnout.server.change.RefusedException;
import dev.turnout.server.problem.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An environment as one document, out and in. */
final class TransferRoutes {
  // As long as a whole environment is over a slow line.
  private static final Duration MAX_TIME = Duration.ofSeconds(60);
  private static final String RETRY_AFTER_SECONDS = "5";

  private final Edits edits;
  // Such a document takes some hundred megabytes while it is read: one after the other.
  private final Semaphore importing = new Semaphore(1);

  TransferRoutes(Edits edits) {
    this.edits = edits;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/export", this::export, Right.READ);
    routes.put("/import", this::put, Right.ADMIN);
  }

  private void export(Context context) {
    Api.json(context, Import.export(edits.current(), edits.policy()));
  }

  private void put(Context context) {
    boolean dryRun = isAsked(context, "dry_run");
    boolean replace = isAsked(context, "replace");
    if (!importing.tryAcquire()) {
      context.header("Retry-After", RETRY_AFTER_SECONDS);
      throw new ProblemException(
          Problem.of(503, "another import is under way; nothing was changed, try again later"));
    }
    try {
      put(context, dryRun, replace);
    } finally {
      importing.release();
    }
  }

  private void put(Context context, boolean dryRun, boolean replace) {
    JsonNode document = Json.parse(BodyReader.read(context, Json.MAX_BYTES, MAX_TIME));
    Import imported = edits.importOf(document, replace);
    Snapshot before = edits.current();
    warnOfAnother(context, imported.env(), before.env());
    ObjectNode json = Json.object().put("dry_run", dryRun);
    if (dryRun) {
      RefusedException refused = edits.preview(context, imported);
      json.putNull("revision");
      put(json, imported);
      put(json, refused);
    } else {
      json.put("revision", edits.apply(context, imported).revision());
      put(json, imported);
      json.putNull("refused");
    }
    Api.json(context, json);
  }

  private static boolean isAsked(Context context, String name) {
    String value = context.queryParam(name);
    if (value != null && !value.equals("true") && !value.equals("false")) {
      throw new InvalidFlagException(name, "must be true or false");
    }
    return "true".equals(value);
  }

  private static void warnOfAnother(Context context, @Nullable String from, String here) {
    if (from != null && !from.equals(here)) {
      Api.warn(context, "the document is of the environment " + from + ", and this is " + here);
    }
  }

  private static void put(ObjectNode json, Import imported) {
    putAll(json.putArray("created"), imported.created());
    ArrayNode changed = json.putArray("changed");
    imported.changed().forEach(flag -> put(changed.addObject(), flag));
    putAll(json.putArray("removed"), imported.removed());
    putAll(json.putArray("removed_rollouts"), imported.removedRollouts());
    putAll(json.putArray("removed_experiments"), imported.removedExperiments());
    json.put("unchanged", imported.unchanged());
    ObjectNode settings = json.putObject("settings");
    imported
        .settings()
        .forEach((name, setting) -> settings.set(name, pair(setting.before(), setting.after())));
    ArrayNode kept = json.putArray("kept");
    imported.kept().forEach(it -> kept.addObject().put("flag", it.flag()).put("field", it.field()));
  }

  private static void putAll(ArrayNode array, List<String> names) {
    names.forEach(array::add);
  }

  // What differs, and nothing else.
  private static void put(ObjectNode json, Import.Changed flag) {
    ObjectNode before = PortableFlag.write(flag.before());
    ObjectNode after = PortableFlag.write(flag.after());
    json.put("name", flag.after().name());
    ObjectNode fields = json.putObject("fields");
    for (String field : after.propertyNames()) {
      JsonNode was = before.get(field);
      JsonNode is = after.get(field);
      if (!is.equals(was)) {
        fields.set(field, pair(was, is));
      }
    }
  }

  private static ObjectNode pair(@Nullable JsonNode before, JsonNode after) {
    ObjectNode pair = Json.object();
    pair.set("before", before);
    pair.set("after", after);
    return pair;
  }

  private static void put(ObjectNode json, @Nullable RefusedException refused) {
    if (refused == null) {
      json.putNull("refused");
      return;
    }
    ObjectNode refusal = json.putObject("refused").put("detail", refused.getMessage());
    ArrayNode overrides = refusal.putArray("overrides");
    refused.overrides().stream().map(Refusal::wireName).forEach(overrides::add);
  }
}
