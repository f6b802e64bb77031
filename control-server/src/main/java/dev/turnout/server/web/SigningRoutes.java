package dev.turnout.server.web;

import dev.turnout.client.codec.Json;
import dev.turnout.server.auth.Right;
import dev.turnout.server.signing.Signer;
import dev.turnout.server.signing.SigningKey;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which public keys agents should pin. */
final class SigningRoutes {
  private final Signer signer;

  SigningRoutes(Signer signer) {
    this.signer = signer;
  }

  void register(RoutesConfig routes) {
    Api.get(routes, "/signing-keys", this::keys, Right.READ);
  }

  private void keys(Context context) {
    ObjectNode json = Json.object();
    ArrayNode keys = json.putArray("keys");
    put(keys.addObject(), "active", signer.active());
    SigningKey next = signer.next();
    if (next != null) {
      put(keys.addObject(), "next", next);
    }
    Api.json(context, json);
  }

  private static void put(ObjectNode json, String use, SigningKey key) {
    json.put("id", key.id()).put("use", use).put("public_key", key.publicKey());
  }
}
