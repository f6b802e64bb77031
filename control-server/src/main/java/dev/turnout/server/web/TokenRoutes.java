package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.flags.FlagName;
import dev.turnout.server.auth.Right;
import dev.turnout.server.auth.Token;
import dev.turnout.server.auth.TokenChanges;
import dev.turnout.server.auth.TokenJson;
import dev.turnout.server.auth.TokenKind;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Who may do what on this server. A secret is shown once, to whoever asked for it. */
final class TokenRoutes {
  private static final int MAX_LIFETIME_DAYS = 3_650;
  private static final int MAX_OVERLAP_DAYS = 30;
  private static final String DEFAULT_OVERLAP = "24h";

  private final TokenChanges tokens;
  private final Clock clock;

  TokenRoutes(TokenChanges tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/tokens", this::list, Right.ADMIN);
    routes
        .post("/tokens", this::create, Right.ADMIN)
        .post("/tokens/{name}/rotate", this::rotate, Right.ADMIN)
        .delete("/tokens/{name}", this::revoke, Right.ADMIN);
  }

  private void list(Context context) {
    Instant now = clock.instant();
    ObjectNode json = Json.object();
    ArrayNode list = json.putArray("tokens");
    tokens
        .all()
        .forEach(
            token ->
                list.add(
                    TokenJson.write(token).put("state", token.isOpen(now) ? "open" : "expired")));
    Api.json(context, json);
  }

  private void create(Context context) {
    Body body = Body.edit(context, "name", "kind", "service", "expires_in");
    String name = FlagName.check("name", body.text("name"));
    TokenKind kind = TokenKind.named("kind", body.text("kind"));
    String service = body.find("service") == null ? null : body.text("service");
    Duration lifetime = lifetime(body);
    context.status(201);
    answer(context, tokens.create(Why.author(context), new Token(name, kind, service), lifetime));
  }

  private void rotate(Context context) {
    String name = name(context);
    Body body = Body.optionalEdit(context, "overlap", "expires_in");
    Duration overlap =
        Durations.parse(
            "overlap", body.text("overlap", DEFAULT_OVERLAP), Duration.ZERO, MAX_OVERLAP_DAYS);
    answer(context, tokens.rotate(Why.author(context), name, overlap, lifetime(body)));
  }

  private void revoke(Context context) {
    String name = name(context);
    Body.none(context);
    tokens.revoke(Why.author(context), name);
    context.status(204);
  }

  private static @Nullable Duration lifetime(Body body) {
    return body.find("expires_in") == null
        ? null
        : Durations.parse(
            "expires_in", body.text("expires_in"), Duration.ofSeconds(1), MAX_LIFETIME_DAYS);
  }

  private static String name(Context context) {
    return FlagName.check("name", context.pathParam("name"));
  }

  private static void answer(Context context, TokenChanges.Issued issued) {
    // Neither a proxy nor a browser is to keep what opens.
    context.header("Cache-Control", "no-store");
    Api.json(context, TokenJson.write(issued.token()).put("secret", issued.secret()));
  }
}
