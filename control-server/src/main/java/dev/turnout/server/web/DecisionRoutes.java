package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Caller;
import dev.turnout.flags.CompiledFlag;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Decision;
import dev.turnout.flags.Explanation;
import dev.turnout.flags.Flag;
import dev.turnout.flags.FlagName;
import dev.turnout.flags.Host;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.change.Changes;
import dev.turnout.server.change.NotFoundException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What agents would decide, by the same code that they decide with. */
final class DecisionRoutes {
  // As people write them, to the names that flags are sticky by.
  private static final Map<String, String> ATTRIBUTES =
      Map.of("user_id", Flag.USER, "tenant_id", "tenant", "session_id", "session");

  private final Changes changes;
  private final Deciders deciders = new Deciders();

  DecisionRoutes(Changes changes) {
    this.changes = changes;
  }

  void register(RoutesConfig routes) {
    routes
        .post("/feature-flags/evaluate", this::evaluate, Right.READ)
        .post("/feature-flags/explain/{name}", this::explain, Right.READ);
  }

  /** Returns what flags know an attribute as. */
  static String attribute(String given) {
    return ATTRIBUTES.getOrDefault(given, given);
  }

  /** Who asks, and where. */
  private record Question(Caller caller, Host host) {
    static Question of(Context context) {
      Body body = Body.optional(context, "context", "server", "region");
      Host host = new Host("", body.text("server", ""), body.text("region", ""));
      Map<String, String> attributes = new HashMap<>();
      JsonNode given = body.find("context");
      if (given != null) {
        if (!given.isObject()) {
          throw new InvalidFlagException("context", "must be an object");
        }
        given
            .properties()
            .forEach(
                attribute ->
                    attributes.put(
                        attribute(attribute.getKey()),
                        text(attribute.getKey(), attribute.getValue())));
      }
      return new Question(Caller.of(attributes), host);
    }

    private static String text(String name, JsonNode value) {
      if (!value.isValueNode() || value.isNull()) {
        throw new InvalidFlagException(
            "context." + name, "must be a string, a number, true or false");
      }
      return value.asString();
    }
  }

  private void evaluate(Context context) {
    Question question = Question.of(context);
    Snapshot snapshot = changes.current();
    Decider decider = deciders.of(snapshot, question.host());
    ObjectNode json = Json.object().put("revision", snapshot.revision());
    ObjectNode flags = json.putObject("flags");
    for (String name : snapshot.flags().keySet()) {
      Decision decision = decider.decide(name, null, question.caller());
      flags
          .putObject(name)
          .put("on", decision.on())
          .put("variant", decision.variant())
          .put("reason", decision.reason().name());
    }
    Api.json(context, json);
  }

  private void explain(Context context) {
    String name = FlagName.check("name", context.pathParam("name"));
    Question question = Question.of(context);
    CompiledFlag flag = deciders.of(changes.current(), question.host()).flag(name);
    if (flag == null) {
      throw NotFoundException.flag(name);
    }
    Explanation explanation = flag.explain(null, question.caller());
    Decision decision = explanation.decision();
    ObjectNode json =
        Json.object()
            .put("flag", name)
            .put("on", decision.on())
            .put("variant", decision.variant())
            .put("reason", decision.reason().name())
            .put("ring", decision.ring())
            .put("key", explanation.key());
    json.put("hash", orNull(explanation.hash())).put("bucket", orNull(explanation.bucket()));
    ArrayNode steps = json.putArray("steps");
    explanation.steps().forEach(steps::add);
    Api.json(context, json);
  }

  private static @Nullable Long orNull(long known) {
    return known < 0 ? null : known;
  }
}
