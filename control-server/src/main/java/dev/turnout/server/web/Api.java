package dev.turnout.server.web;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.flags.InvalidFlagException;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.Token;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What every route does the same way. */
final class Api {
  private static final String TOKEN = "turnout.token";
  private static final String WARNINGS = "turnout.warnings";

  private Api() {}

  /** Adds a route that reads, which is there for {@code HEAD} too, under the same right. */
  static void get(RoutesConfig routes, String path, Handler handler, Right right) {
    routes.get(path, handler, right).head(path, handler, right);
  }

  /** Answers, together with what the caller was warned of. */
  static void json(Context context, ObjectNode json) {
    List<String> warnings = context.attribute(WARNINGS);
    if (warnings != null) {
      ArrayNode array = json.putArray("warnings");
      warnings.forEach(array::add);
    }
    context.contentType("application/json").result(Json.bytes(json));
  }

  /** Has the answer tell the caller what an error would be too much for. */
  static void warn(Context context, String warning) {
    List<String> warnings = context.attribute(WARNINGS);
    if (warnings == null) {
      warnings = new ArrayList<>();
      context.attribute(WARNINGS, warnings);
    }
    // A change that another came before is made again, and warns again.
    if (!warnings.contains(warning)) {
      warnings.add(warning);
    }
  }

  /**
   * Reads what came with a request towards the fallback. Such a request is carried out whatever
   * came with it: where that cannot be used, {@code otherwise} takes its place and the answer says
   * so.
   */
  static <T> T orWarn(Context context, Supplier<T> reading, T otherwise) {
    try {
      return reading.get();
    } catch (InvalidFlagException | CodecException | ProblemException | UncheckedIOException e) {
      warn(context, "done, though the body was not understood: " + e.getMessage());
      return otherwise;
    }
  }

  /** Remembers who asks, for the rest of the request. */
  static void caller(Context context, Token token) {
    context.attribute(TOKEN, token);
  }

  /** Who asks. */
  static Token caller(Context context) {
    Token token = context.attribute(TOKEN);
    if (token == null) {
      throw new IllegalStateException("the route is open to everybody");
    }
    return token;
  }
}
