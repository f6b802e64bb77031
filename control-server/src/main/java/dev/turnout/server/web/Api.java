package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.Snapshot;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.Token;
import dev.turnout.server.change.Change;
import dev.turnout.server.change.Changes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import tools.jackson.databind.JsonNode;

/** What every route does the same way. */
final class Api {
  private static final String TOKEN = "turnout.token";

  private Api() {}

  /** Adds a route that reads, which is there for {@code HEAD} too, under the same right. */
  static void get(RoutesConfig routes, String path, Handler handler, Right right) {
    routes.get(path, handler, right).head(path, handler, right);
  }

  static void json(Context context, JsonNode json) {
    context.contentType("application/json").result(Json.bytes(json));
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

  /** Makes a change in the caller's name. */
  static Snapshot change(Context context, Changes changes, Change change) {
    return changes.apply(caller(context).name(), change);
  }
}
