package dev.turnout.server.auth;

import dev.turnout.client.codec.Json;
import dev.turnout.server.store.StoredToken;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A token as people see it: nothing that opens, and nothing made of it. */
public final class TokenJson {
  private TokenJson() {}

  /** Writes a token that is not revoked. */
  public static ObjectNode write(StoredToken token) {
    StoredToken.Secret newest = token.newest();
    return Json.object()
        .put("name", token.name())
        .put("kind", token.kind())
        .put("service", token.service())
        .put("created", token.created().toString())
        .put("expires", newest == null ? null : text(newest.expires()))
        .put("previous_until", text(previousUntil(token)));
  }

  // When the last of the secrets before the newest ends.
  private static @Nullable Instant previousUntil(StoredToken token) {
    List<StoredToken.Secret> secrets = token.secrets();
    return secrets.stream()
        .limit(Math.max(0, secrets.size() - 1))
        .map(StoredToken.Secret::expires)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }
}
