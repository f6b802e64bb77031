package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Decision;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Percentage;
import dev.turnout.flags.Reason;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.problem.Problem;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenFeature Remote Evaluation Protocol, 0.3.0: flags for whoever has an OpenFeature SDK and
 * no agent. They are decided by the code that agents decide with, for a server of no name.
 */
final class OfrepRoutes {
  private static final String PATH = "/ofrep/v1/evaluate/flags";
  private static final int TAG_BYTES = 16;

  private final Changes changes;

  // Compiled once per snapshot, for most requests ask for one flag of many.
  private volatile Compiled latest;

  private record Compiled(Snapshot snapshot, Decider decider) {
    boolean isOf(Snapshot other) {
      return snapshot.epoch() == other.epoch() && snapshot.revision() == other.revision();
    }

    static Compiled of(Snapshot snapshot) {
      // Nothing is drawn here: an SDK may keep what it was told for as long as it likes. A flag
      // that would be drawn is answered with an error, and one that it depends on is off.
      return new Compiled(
          snapshot,
          Decider.compile(snapshot, new Host("", "", ""), Set.of(), () -> Percentage.BUCKETS - 1));
    }
  }

  OfrepRoutes(Changes changes) {
    this.changes = changes;
    latest = Compiled.of(changes.current());
  }

  void register(RoutesConfig routes) {
    routes.post(PATH, this::all, Right.READ).post(PATH + "/{key}", this::one, Right.READ);
  }

  /** Whether the request is for one of these routes, whose clients expect answers of their kind. */
  static boolean owns(Context context) {
    return context.path().startsWith(PATH);
  }

  /** Answers with a failure that has nothing to do with what was asked. */
  static void answer(Context context, Problem problem) {
    json(context.status(problem.status()), Json.object().put("errorDetails", problem.detail()));
  }

  private Compiled compiled() {
    Snapshot snapshot = changes.current();
    Compiled known = latest;
    if (!known.isOf(snapshot)) {
      known = Compiled.of(snapshot);
      latest = known;
    }
    return known;
  }

  private void one(Context context) {
    String key = context.pathParam("key");
    OfrepCaller caller;
    try {
      caller = OfrepCaller.read(BodyReader.read(context));
    } catch (OfrepException e) {
      json(context.status(400), failure(key, e.code(), e.details()));
      return;
    }
    CompiledFlag flag = compiled().decider().flag(key);
    if (flag == null) {
      json(context.status(404), failure(key, "FLAG_NOT_FOUND", "there is no flag " + key));
      return;
    }
    ObjectNode answer = evaluation(flag, caller);
    json(context.status(answer.has("errorCode") ? 400 : 200), answer);
  }

  private void all(Context context) {
    OfrepCaller caller;
    try {
      caller = OfrepCaller.read(BodyReader.read(context));
    } catch (OfrepException e) {
      json(context.status(400), failure(null, e.code(), e.details()));
      return;
    }
    Compiled compiled = compiled();
    ObjectNode json = Json.object();
    ArrayNode flags = json.putArray("flags");
    for (String name : compiled.snapshot().flags().keySet()) {
      CompiledFlag flag = compiled.decider().flag(name);
      if (flag != null) {
        flags.add(evaluation(flag, caller));
      }
    }
    byte[] bytes = Json.bytes(json);
    // Of the answer and not of the revision: another caller's flags are others.
    String tag = tag(bytes);
    context.header("ETag", tag).header("Cache-Control", "no-cache");
    if (isKnown(context.header("If-None-Match"), tag)) {
      context.status(304);
    } else {
      context.contentType("application/json").result(bytes);
    }
  }

  private static ObjectNode evaluation(CompiledFlag compiled, OfrepCaller caller) {
    Flag flag = compiled.flag();
    Decision decision = compiled.decide(caller.key(), caller.attributes());
    if (decision.reason() == Reason.RANDOM) {
      return failure(
          flag.name(),
          "TARGETING_KEY_MISSING",
          "callers differ by " + flag.stickiness() + ", so a targetingKey is needed");
    }
    ObjectNode json =
        Json.object()
            .put("key", flag.name())
            .put("reason", reason(decision.reason()))
            .put("variant", decision.variant());
    if (flag.variants().isEmpty()) {
      json.put("value", decision.on());
    } else {
      json.put("value", decision.variant());
    }
    json.putObject("metadata")
        .put("reason", decision.reason().name())
        .put("revision", flag.revision());
    return json;
  }

  // As OpenFeature names them. Which of ours it was stands in the metadata.
  private static String reason(Reason reason) {
    return switch (reason) {
      case KILLED, TRIPPED, DISABLED -> "DISABLED";
      case PREREQUISITE, CANARY, RING -> "TARGETING_MATCH";
      case SPLIT -> "SPLIT";
      case STATIC -> "STATIC";
      case RANDOM, DEFAULT, ERROR -> "UNKNOWN";
    };
  }

  private static ObjectNode failure(@Nullable String key, String code, String details) {
    ObjectNode json = Json.object();
    if (key != null) {
      json.put("key", key);
    }
    return json.put("errorCode", code).put("errorDetails", details);
  }

  private static void json(Context context, ObjectNode json) {
    context.contentType("application/json").result(Json.bytes(json));
  }

  private static boolean isKnown(@Nullable String header, String tag) {
    if (header == null) {
      return false;
    }
    for (String known : header.strip().split("\\s*,\\s*", -1)) {
      if (known.equals("*") || known.equals(tag) || known.equals("W/" + tag)) {
        return true;
      }
    }
    return false;
  }

  private static String tag(byte[] answer) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(answer);
      return "\"" + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256, which every one must have", e);
    }
  }
}
