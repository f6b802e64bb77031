package dev.turnout.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.client.codec.Json;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry in its place in the audit.
 *
 * @param seq the row's number, from 1 without a gap
 * @param hash of this row and all before it, in 64 hexadecimal digits
 */
public record AuditRow(long seq, AuditEntry entry, String hash) {
  /** As the HTTP interface has it, wherever it shows a row. */
  public ObjectNode json() {
    ObjectNode json =
        Json.object()
            .put("seq", seq)
            .put("revision", entry.revision())
            .put("at", entry.at().toString())
            .put("actor", entry.actor())
            .put("action", entry.action())
            .put("flag", entry.flag());
    json.set("before", parsed(entry.before()));
    json.set("after", parsed(entry.after()));
    json.put("reason", entry.reason());
    ArrayNode overrides = json.putArray("overrides");
    Arrays.stream(entry.overrides().split(","))
        .filter(name -> !name.isEmpty())
        .forEach(overrides::add);
    return json.put("hash", hash);
  }

  private static JsonNode parsed(@Nullable String json) {
    return json == null ? NullNode.getInstance() : Json.parse(json.getBytes(UTF_8));
  }
}
