package dev.turnout.server.web;

import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.change.Author;
import dev.turnout.server.change.Refusal;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a change is asked for, and which refusals it is meant to go against: {@code reason} and
 * {@code override}, in the query of any request or in a body that is an object.
 */
final class Why {
  /** The fields of a body. */
  static final List<String> FIELDS = List.of("reason", "override");

  private static final String REASON = "turnout.reason";
  private static final String OVERRIDES = "turnout.overrides";
  private static final int MAX_REASON = 1_000;

  private Why() {}

  /** Remembers what a body says of it. */
  static void remember(Context context, JsonNode body) {
    JsonNode reason = body.get("reason");
    if (reason != null && !reason.isNull()) {
      if (!reason.isString()) {
        throw wrongReason();
      }
      context.attribute(REASON, checkedReason(reason.stringValue()));
    }
    JsonNode override = body.get("override");
    if (override != null && !override.isNull()) {
      Set<Refusal> overrides = EnumSet.noneOf(Refusal.class);
      for (JsonNode name : override.isArray() ? override : List.of(override)) {
        if (!name.isString()) {
          throw wrongOverride();
        }
        overrides.addAll(refusals(name.stringValue()));
      }
      context.attribute(OVERRIDES, overrides);
    }
  }

  /** Remembers what is in the object of it, and takes it out. */
  static void take(Context context, JsonNode body) {
    if (body instanceof ObjectNode fields) {
      remember(context, fields);
      fields.remove(FIELDS);
    }
  }

  /** As {@link #take}, for what is done whatever is said of why. */
  static void takeForStop(Context context, JsonNode body) {
    Api.orWarn(
        context,
        () -> {
          remember(context, body);
          return body;
        },
        body);
    if (body instanceof ObjectNode fields) {
      fields.remove(FIELDS);
    }
  }

  /**
   * Who asks, and what for.
   *
   * @throws InvalidFlagException naming the parameter that is wrong
   */
  static Author author(Context context) {
    String reason = context.attribute(REASON);
    Set<Refusal> overrides = context.attribute(OVERRIDES);
    String inQuery = context.queryParam("reason");
    if (reason == null && inQuery != null) {
      reason = checkedReason(inQuery);
    }
    Set<Refusal> all = EnumSet.noneOf(Refusal.class);
    if (overrides != null) {
      all.addAll(overrides);
    }
    context.queryParams("override").forEach(names -> all.addAll(refusals(names)));
    return new Author(Api.caller(context).name(), reason, all);
  }

  private static Set<Refusal> refusals(String names) {
    Set<Refusal> refusals = EnumSet.noneOf(Refusal.class);
    for (String name : names.split(",", -1)) {
      Refusal refusal = Refusal.named(name.strip());
      if (refusal == null) {
        throw wrongOverride();
      }
      refusals.add(refusal);
    }
    return refusals;
  }

  private static @Nullable String checkedReason(String reason) {
    if (reason.length() > MAX_REASON) {
      throw wrongReason();
    }
    return reason.isBlank() ? null : reason;
  }

  private static InvalidFlagException wrongReason() {
    return new InvalidFlagException(
        "reason", "must be a string of at most " + MAX_REASON + " characters");
  }

  private static InvalidFlagException wrongOverride() {
    return new InvalidFlagException(
        "override",
        "must be one or several of "
            + Arrays.stream(Refusal.values())
                .map(Refusal::wireName)
                .collect(Collectors.joining(", ")));
  }
}
